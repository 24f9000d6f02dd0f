import { asBuffer } from './bytes.ts';

/** Readers of JSON that came over the wire: `unknown` in, a value of the declared type or INVALID out. */

export const INVALID = Symbol('invalid');

export type Field<T> = (value: unknown) => T | typeof INVALID;

/** One reader for each key of `T`: a key that is forgotten here does not compile. */
export type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** `setTimeout` fires at once above this. */
const LONGEST_MS = 2 ** 31 - 1;

export const text: Field<string> = (value) => (typeof value === 'string' ? value : INVALID);

export const flag: Field<boolean> = (value) => (typeof value === 'boolean' ? value : INVALID);

export const anything: Field<unknown> = (value) => value;

/** Milliseconds that a timer can wait, possibly a fraction. */
export const duration: Field<number> = (value) =>
  typeof value === 'number' && value >= 0 && value <= LONGEST_MS ? value : INVALID;

export function integer(min: number, max: number): Field<number> {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : INVALID;
}

export function matching(test: (value: string) => boolean): Field<string> {
  return (value) => (typeof value === 'string' && test(value) ? value : INVALID);
}

/** A word of ours. Another one is ignored: a newer peer may know more. */
export function word<const T extends string>(expected: T): Field<T | undefined> {
  return (value) => (typeof value !== 'string' ? INVALID : value === expected ? expected : undefined);
}

export function list<T>(item: Field<T>, maxLength: number): Field<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > maxLength) return INVALID;
    const items: T[] = [];
    for (const entry of value) {
      const read = item(entry);
      if (read === INVALID) return INVALID;
      items.push(read);
    }
    return items;
  };
}

/** Values that this version does not know are left out: a newer peer may know more. */
export function known<T>(isKnown: (value: unknown) => value is T, maxLength: number): Field<readonly T[]> {
  return (value) => (Array.isArray(value) && value.length <= maxLength ? value.filter(isKnown) : INVALID);
}

export function optional<T>(field: Field<T>): Field<T | undefined> {
  return (value) => (value === undefined ? undefined : field(value));
}

/** Keys that are not declared are ignored: a newer peer may send more. */
export function object<T>(fields: Fields<T>): Field<T> {
  const entries = Object.entries<Field<unknown>>(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return INVALID;
    const result: Record<string, unknown> = {};
    for (const [key, field] of entries) {
      const read = field(Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined);
      if (read === INVALID) return INVALID;
      if (read !== undefined) result[key] = read;
    }
    // `entries` covers every key of T, each read by its own reader.
    return result as T;
  };
}

/** JSON, UTF-8, at most so many bytes. */
export function json<T>(bytes: Uint8Array, maxBytes: number, field: Field<T>): T | undefined {
  if (bytes.byteLength > maxBytes) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(asBuffer(bytes).toString('utf8'));
  } catch {
    // Not JSON: as wrong as JSON of the wrong shape, and the caller counts both.
    return undefined;
  }
  const read = field(parsed);
  return read === INVALID ? undefined : read;
}
