import type { IncomingHttpHeaders } from 'node:http';
import type { Members } from '../functions/members.ts';
import type { UrlCors } from './function-url.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html */
const MOST_SECONDS = 86_400;
const MOST_METHODS = 6;
const METHODS = ['GET', 'PUT', 'HEAD', 'POST', 'PATCH', 'DELETE', '*'];
/** They are sent back in headers. */
const HEADER_VALUES = { max: 100, each: { max: 1024, pattern: { test: /^[\x21-\x7e]+$/, text: '.*' } } };

/**
 * `Cors` of a request; undefined where there is none.
 *
 * @throws AwsError 400 SerializationException; of other problems the members know
 */
export function readCors(members: Members): UrlCors | undefined {
  const cors = members.structure('Cors');
  if (cors === undefined) return undefined;
  const AllowCredentials = cors.boolean('AllowCredentials');
  const AllowHeaders = cors.list('AllowHeaders', HEADER_VALUES);
  const AllowMethods = cors.list('AllowMethods', { max: MOST_METHODS, each: { values: METHODS } });
  const AllowOrigins = cors.list('AllowOrigins', HEADER_VALUES);
  const ExposeHeaders = cors.list('ExposeHeaders', HEADER_VALUES);
  const MaxAge = cors.integer('MaxAge', { min: 0, max: MOST_SECONDS });
  return {
    ...(AllowCredentials === undefined ? {} : { AllowCredentials }),
    ...(AllowHeaders === undefined ? {} : { AllowHeaders }),
    ...(AllowMethods === undefined ? {} : { AllowMethods }),
    ...(AllowOrigins === undefined ? {} : { AllowOrigins }),
    ...(ExposeHeaders === undefined ? {} : { ExposeHeaders }),
    ...(MaxAge === undefined ? {} : { MaxAge }),
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
