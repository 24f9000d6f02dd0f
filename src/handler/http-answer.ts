import { isMembers, type Members } from './event.ts';
import { FAIL, type Failure, type HandlerResult, type HttpParts } from './result.ts';

type Answer = {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
};

type Body = { readonly body?: string; readonly isBase64Encoded?: boolean; readonly type?: string };

/** What whoever called learns of a defect: nothing. */
export const INTERNAL_ERROR: Failure = { status: 500, message: 'Internal Server Error' };

/**
 * A result as the caller of this event wants it: API Gateway's format 1.0, its format 2.0 and function URLs, or a load
 * balancer. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpAnswer(result: HandlerResult, event: Members): Answer {
  if (result.status === FAIL) {
    const { failure } = result;
    const { message = 'The request could not be fulfilled.', type } = failure;
    const body = bodyOf({ message, ...(type === undefined ? {} : { type }) });
    return answer(failure, body, failure.status ?? 500, event);
  }
  const body = bodyOf(result.value);
  return answer(result.http, body, result.http.status ?? (result.value === undefined ? 204 : 200), event);
}

function answer(
  { headers: said = {} }: HttpParts,
  content: Body,
  statusCode: number,
  event: Members,
): Answer {
  const { type, ...body } = content;
  const isTyped = Object.keys(said).some((name) => name.toLowerCase() === 'content-type');
  const headers = { ...(type === undefined || isTyped ? {} : { 'content-type': type }), ...said };
  return { statusCode, ...(event.version === '2.0' ? headers2(headers) : headers1(headers, event)), ...body };
}

function headers2(headers: NonNullable<HttpParts['headers']>): Pick<Answer, 'headers' | 'cookies'> {
  const all = Object.entries(headers);
  const isCookie = (name: string): boolean => name.toLowerCase() === 'set-cookie';
  const cookies = all.flatMap(([name, value]) => (isCookie(name) ? value : []));
  return {
    headers: Object.fromEntries(
      all.filter(([name]) => !isCookie(name)).map(([name, value]) => [name, joined(value)]),
    ),
    ...(cookies.length === 0 ? {} : { cookies }),
  };
}

function headers1(
  headers: NonNullable<HttpParts['headers']>,
  event: Members,
): Pick<Answer, 'headers' | 'multiValueHeaders'> {
  const lists = Object.entries(headers).map(
    ([name, value]) => [name, typeof value === 'string' ? [value] : value] as const,
  );
  // A load balancer that sends lists reads nothing else. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html#multi-value-headers
  if (isMembers(event.multiValueHeaders) && !isMembers(event.headers)) {
    return { multiValueHeaders: Object.fromEntries(lists) };
  }
  const single = lists.filter(([, values]) => values.length === 1);
  const several = lists.filter(([, values]) => values.length !== 1);
  return {
    headers: Object.fromEntries(single.map(([name, values]) => [name, joined(values)])),
    ...(several.length === 0 ? {} : { multiValueHeaders: Object.fromEntries(several) }),
  };
}

function joined(value: string | readonly string[]): string {
  return typeof value === 'string' ? value : value.join(', ');
}

function bodyOf(value: unknown): Body {
  if (value === undefined) return {};
  if (typeof value === 'string') return { body: value, type: 'text/plain; charset=utf-8' };
  if (value instanceof Uint8Array) {
    return { body: base64(value), isBase64Encoded: true, type: 'application/octet-stream' };
  }
  return { body: JSON.stringify(value), type: 'application/json' };
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
