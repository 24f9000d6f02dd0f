import { isObject } from '../json-object.ts';
import type { OperationAnswer } from './api-operation.ts';
import { AwsError } from './aws-error.ts';
import { checkJsonValues } from './json-values.ts';

/** An answer as it goes out. */
export type EncodedAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
};

/** How the members of requests, answers and errors stand in HTTP: https://smithy.io/2.0/aws/protocols/ */
export type ApiProtocol = {
  /** Absent members are left out; what is no object is refused. Throws AwsError 400. */
  decode(body: Uint8Array): Readonly<Record<string, unknown>>;
  encode(answer: OperationAnswer): EncodedAnswer;
  encodeError(error: AwsError): EncodedAnswer;
};

/** Lambda: https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export const REST_JSON: ApiProtocol = {
  decode: (body) => decodeJson(body, 'InvalidRequestContentException'),
  encode: ({ status = 200, headers = {}, output }) => ({
    status,
    headers: output === undefined ? headers : { 'content-type': 'application/json', ...headers },
    body: output === undefined ? undefined : json(output),
  }),
  encodeError: ({ statusCode, type, body, headers }) => ({
    status: statusCode,
    headers: { 'content-type': 'application/json', ...headers, 'x-amzn-errortype': type },
    body: json(body),
  }),
};

/** SQS, Logs: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
export function awsJson(version: '1.0' | '1.1'): ApiProtocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    decode: (body) => decodeJson(body, 'SerializationException'),
    encode: ({ status = 200, headers = {}, output }) => ({
      status,
      headers: { 'content-type': contentType, ...headers },
      // There are services whose answer is empty, and clients of theirs that expect it so; those read no body.
      body: output === undefined ? '{}' : json(output),
    }),
    encodeError: (error) => ({
      status: error.statusCode,
      headers: { 'content-type': contentType, ...error.headers },
      body: json({ __type: error.type, ...error.body }),
    }),
  };
}

/** Dates are epoch seconds in JSON, with milliseconds behind the point. */
function json(value: unknown): string {
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, text) {
    // `toJSON` of a Date has run before: the value itself is in the holder.
    const held = this[key];
    if (held instanceof Date) return held.getTime() / 1000;
    return held instanceof Uint8Array ? Buffer.from(held).toString('base64') : text;
  });
}

function decodeJson(body: Uint8Array, type: string): Readonly<Record<string, unknown>> {
  if (body.byteLength === 0) return {};
  let value: unknown;
  try {
    checkJsonValues(body);
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw unreadable(
      type,
      `Could not parse request body into json: ${cause instanceof Error ? cause.message : ''}`,
    );
  }
  if (isObject(value)) return value;
  throw unreadable(type, 'Could not parse request body into json: expected an object');
}

export function unreadable(type: string, message: string): AwsError {
  return new AwsError(400, type, { message });
}
