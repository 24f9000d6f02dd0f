import type { IncomingHttpHeaders } from 'node:http';
import { constraintError } from '../invocations/operation-target.ts';
import type { UrlCors } from './function-url.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html */
const MOST_SECONDS = 86_400;
const MOST_ITEMS = 100;
const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'PATCH', 'DELETE', '*'];

/**
 * `Cors` of a request; undefined where there is none.
 *
 * @throws AwsError 400 ValidationException
 */
export function readCors(value: unknown): UrlCors | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') throw constraintError('cors', value, 'be a structure');
  const member = (name: string): unknown => Reflect.get(value, name) ?? undefined;
  const credentials = member('AllowCredentials');
  const maxAge = member('MaxAge');
  if (credentials !== undefined && typeof credentials !== 'boolean') {
    throw constraintError('cors.allowCredentials', credentials, 'be a boolean');
  }
  if (
    maxAge !== undefined &&
    !(Number.isInteger(maxAge) && Number(maxAge) >= 0 && Number(maxAge) <= MOST_SECONDS)
  ) {
    throw constraintError('cors.maxAge', maxAge, `have value between 0 and ${MOST_SECONDS}`);
  }
  const methods = texts(member('AllowMethods'), 'allowMethods');
  const unknown = methods?.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) {
    throw constraintError('cors.allowMethods', unknown, `satisfy enum value set: [${METHODS.join(', ')}]`);
  }
  const headers = texts(member('AllowHeaders'), 'allowHeaders');
  const origins = texts(member('AllowOrigins'), 'allowOrigins');
  const exposed = texts(member('ExposeHeaders'), 'exposeHeaders');
  return {
    ...(credentials === undefined ? {} : { AllowCredentials: credentials }),
    ...(headers === undefined ? {} : { AllowHeaders: headers }),
    ...(methods === undefined ? {} : { AllowMethods: methods }),
    ...(origins === undefined ? {} : { AllowOrigins: origins }),
    ...(exposed === undefined ? {} : { ExposeHeaders: exposed }),
    ...(maxAge === undefined ? {} : { MaxAge: Number(maxAge) }),
  };
}

/** Whether pages of this origin may call the URL. */
export function allowsOrigin(cors: UrlCors | undefined, origin: string): boolean {
  const wanted = origin.toLowerCase();
  return cors?.AllowOrigins?.some((allowed) => allowed === '*' || allowed.toLowerCase() === wanted) ?? false;
}

/** What an answer to a page carries: nothing where its origin is not allowed. */
export function corsHeaders(cors: UrlCors, origin: string): Readonly<Record<string, string>> {
  if (!allowsOrigin(cors, origin)) return {};
  const { AllowCredentials = false, ExposeHeaders = [] } = cors;
  return {
    // Not `*`, which browsers refuse with credentials. https://fetch.spec.whatwg.org/#cors-check
    'access-control-allow-origin': origin,
    vary: 'Origin',
    ...(AllowCredentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(ExposeHeaders.length > 0 ? { 'access-control-expose-headers': ExposeHeaders.join(',') } : {}),
  };
}

/** A browser asks what it may do before it does it: https://fetch.spec.whatwg.org/#cors-preflight-fetch */
export function isPreflight(method: string | undefined, headers: IncomingHttpHeaders): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The answer to a preflight, which the function does not see. */
export function preflightHeaders(cors: UrlCors, origin: string): Readonly<Record<string, string>> {
  if (!allowsOrigin(cors, origin)) return {};
  const { AllowMethods = [], AllowHeaders = [], MaxAge } = cors;
  return {
    ...corsHeaders(cors, origin),
    ...(AllowMethods.length > 0 ? { 'access-control-allow-methods': AllowMethods.join(',') } : {}),
    ...(AllowHeaders.length > 0 ? { 'access-control-allow-headers': AllowHeaders.join(',') } : {}),
    ...(MaxAge === undefined ? {} : { 'access-control-max-age': String(MaxAge) }),
  };
}

function texts(value: unknown, member: string): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || value.length > MOST_ITEMS) {
    throw constraintError(`cors.${member}`, value, `have length less than or equal to ${MOST_ITEMS}`);
  }
  return value.map((text: unknown) => {
    // They are sent back as header values.
    if (typeof text === 'string' && /^[\x21-\x7e]{1,1024}$/.test(text)) return text;
    throw constraintError(`cors.${member}`, text, 'satisfy regular expression pattern: .*');
  });
}
