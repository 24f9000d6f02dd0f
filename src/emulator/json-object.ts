export type JsonObject = Readonly<Record<string, unknown>>;

/** Of parsed JSON, or of a request in another protocol: neither a list nor null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined where there is none, or where it is no object that could have one. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
