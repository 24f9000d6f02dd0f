/** What a request has that identity sources name. */
export type IdentitySources = {
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly query: URLSearchParams;
  readonly stageVariables: Readonly<Record<string, string>>;
  /** `requestContext` of the event: `$context.identity.sourceIp`. */
  readonly context: unknown;
};

const SOURCE =
  /^(?:\$|method\.|route\.)?(?<kind>request\.header|request\.querystring|context|stageVariables)\.(?<name>.+)$/;

/**
 * The value of `$request.header.Authorization`, of the `method.request.…` that REST APIs and `route.request.…` that
 * WebSocket APIs write instead, or of a variable. Undefined where there is none or it is empty.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html#http-api-lambda-authorizer.identity-sources
 */
export function identityValue(source: string, sources: IdentitySources): string | undefined {
  const { kind, name } = SOURCE.exec(source)?.groups ?? {};
  const value = name === undefined ? undefined : partOf(kind, name, sources);
  return value === '' ? undefined : value;
}

function partOf(
  kind: string | undefined,
  name: string,
  { headers, query, stageVariables, context }: IdentitySources,
): string | undefined {
  switch (kind) {
    case 'request.header': {
      const value = headers[name.toLowerCase()];
      return typeof value === 'object' ? value.join(',') : value;
    }
    case 'request.querystring':
      return query.get(name) ?? undefined;
    case 'stageVariables':
      return Object.hasOwn(stageVariables, name) ? stageVariables[name] : undefined;
    default:
      return textAt(context, name.split('.'));
  }
}

function textAt(value: unknown, [name, ...rest]: readonly string[]): string | undefined {
  if (name === undefined)
    return typeof value === 'string' || typeof value === 'number' ? `${value}` : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const found: unknown = Reflect.get(value, name);
  return textAt(found, rest);
}
