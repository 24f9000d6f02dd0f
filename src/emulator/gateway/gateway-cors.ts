import type { ApiDefinition, GatewayCors } from './api-definition.ts';

/** An origin's pages may read answers: named, by `*`, or by a scheme and `*`. */
export function corsAllows({ allowOrigins = [] }: GatewayCors, origin: string): boolean {
  const wanted = origin.toLowerCase();
  return allowOrigins.some((allowed) => {
    const one = allowed.toLowerCase();
    return one === '*' || one === wanted || (one.endsWith('://*') && wanted.startsWith(one.slice(0, -1)));
  });
}

/** Whom a REST API lets in: it has no settings, but mocks behind `OPTIONS` that answer preflights. */
export function mockedCors({ routes }: Pick<ApiDefinition, 'routes'>): GatewayCors {
  const allowOrigins = routes.flatMap(({ key, integration }) => {
    if (!key.startsWith('OPTIONS ') || integration?.type !== 'mock') return [];
    return Object.entries(integration.headers)
      .filter(([name]) => name.toLowerCase() === 'access-control-allow-origin')
      .map(([, value]) => value);
  });
  return { allowOrigins };
}

/**
 * What every answer of the API carries; what a function says itself of CORS is left out then.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
 */
export function corsAnswerHeaders(
  cors: GatewayCors,
  origin: string | undefined,
): Readonly<Record<string, string>> {
  if (origin === undefined || !corsAllows(cors, origin)) return {};
  const { allowOrigins = [], allowCredentials = false, exposeHeaders = [] } = cors;
  const everybody = allowOrigins.includes('*') && !allowCredentials;
  return {
    'access-control-allow-origin': everybody ? '*' : origin,
    ...(everybody ? {} : { vary: 'Origin' }),
    ...(allowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(exposeHeaders.length > 0 ? { 'access-control-expose-headers': exposeHeaders.join(',') } : {}),
  };
}

/** The answer to a preflight, for which there need be no route. */
export function corsPreflightHeaders(cors: GatewayCors, origin: string): Readonly<Record<string, string>> {
  if (!corsAllows(cors, origin)) return {};
  const { allowMethods = [], allowHeaders = [], maxAge } = cors;
  return {
    ...corsAnswerHeaders(cors, origin),
    ...(allowMethods.length > 0 ? { 'access-control-allow-methods': allowMethods.join(',') } : {}),
    ...(allowHeaders.length > 0 ? { 'access-control-allow-headers': allowHeaders.join(',') } : {}),
    ...(maxAge === undefined ? {} : { 'access-control-max-age': String(maxAge) }),
  };
}
