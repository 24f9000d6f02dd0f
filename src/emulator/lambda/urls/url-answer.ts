import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { HttpAnswer } from '../../http/send-answer.ts';
import { isObject } from '../../json-object.ts';

/** What the caller of a URL gets. */
export type UrlAnswer = HttpAnswer;

/** The head of a streamed answer, which says it before its body. */
export type UrlAnswerHead = Omit<UrlAnswer, 'body'>;

const JSON_TYPE = 'application/json';

/** Of the connection, or of the framing of the body: both are not the function's. */
export const OWN_HEADERS: readonly string[] = [
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** A function that fails, or answers what no HTTP answer can be made of. */
export const BAD_GATEWAY: UrlAnswer = {
  status: 502,
  headers: { 'content-type': 'text/plain' },
  body: Buffer.from('Internal Server Error'),
};

/**
 * The HTTP answer that the answer of a handler stands for, by payload format 2.0; recordings of real AWS say how any
 * JSON value is taken. https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
 *
 * @param defaultType of an answer with a status and without a type
 * @returns `BAD_GATEWAY` itself where no answer can be made of it
 */
export function urlAnswer(payload: Uint8Array, defaultType: string = JSON_TYPE): UrlAnswer {
  const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Of a handler that streams, where the URL is not to: its bytes are the body.
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: payload };
  }
  const head =
    isObject(value) && value.statusCode !== undefined ? urlAnswerHead(value, defaultType) : undefined;
  if (head === undefined) {
    if (isObject(value) && value.statusCode !== undefined) return BAD_GATEWAY;
    // A text comes out as it is, and everything else as JSON.
    const body = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    return { status: 200, headers: { 'content-type': JSON_TYPE }, body };
  }
  return { ...head, body: isObject(value) ? bodyOf(value) : new Uint8Array(0) };
}

/** Status, headers and cookies. Undefined: no HTTP answer can be made of them. */
export function urlAnswerHead(
  answer: Readonly<Record<string, unknown>>,
  defaultType: string = JSON_TYPE,
): UrlAnswerHead | undefined {
  const status = statusOf(answer.statusCode);
  const headers = headersOf(answer.headers);
  if (status === undefined || headers === undefined) return undefined;
  const cookies = Array.isArray(answer.cookies) ? answer.cookies.map(String) : [];
  if (!cookies.every((cookie) => isHeader('set-cookie', cookie))) return undefined;
  return {
    status,
    headers: {
      'content-type': defaultType,
      ...headers,
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
    },
  };
}

/** `418`, and `"418"`, too. An informational status would not be an answer. */
function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : (value ?? 200);
  return Number.isInteger(status) && Number(status) >= 200 && Number(status) <= 599
    ? Number(status)
    : undefined;
}

function headersOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return undefined;
  const headers = Object.entries(value)
    .filter(([, text]) => text !== null && text !== undefined)
    .map(([name, text]): [string, string] => [name.toLowerCase(), String(text)]);
  if (!headers.every(([name, text]) => isHeader(name, text))) return undefined;
  return Object.fromEntries(headers.filter(([name]) => !OWN_HEADERS.includes(name)));
}

/** Anything else could end the head and begin an answer of its own. */
export function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function bodyOf({ body, isBase64Encoded }: Readonly<Record<string, unknown>>): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array(0);
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return Buffer.from(text, isBase64Encoded === true ? 'base64' : 'utf8');
}
