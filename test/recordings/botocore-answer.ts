import { Readable } from 'node:stream';
import type { HttpResponse } from '@smithy/core/protocols';

/** The answer of the last call that was refused, as it was on the wire. */
export type RawError = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** What botocore makes of an error: the code, the text, then the members in the body as they are named there. */
export function botocoreError({ status, headers, body }: RawError): Readonly<Record<string, unknown>> {
  const members = parseObject(body);
  const { __type, ...shown } = members;
  const named = headers['x-amzn-query-error']?.split(';')[0] ?? headers['x-amzn-errortype'] ?? String(__type);
  const code = named.replace(/^.*#|:.*$/g, '');
  return {
    Error: { Code: code, Message: shown.message ?? shown.Message ?? '' },
    ...shown,
    httpStatus: status,
  };
}

/** What botocore makes of an answer: its members, texts instead of bytes, and the status. */
export function botocoreAnswer(output: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { $metadata, ...members } = output;
  const { httpStatusCode } = $metadata as { readonly httpStatusCode: number };
  const shown = Object.entries(members)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value instanceof Uint8Array ? Buffer.from(value).toString() : value]);
  return { ...Object.fromEntries(shown), httpStatus: httpStatusCode };
}

/** Keeps what a refused call was answered, and gives the client the same. */
export async function keepRaw(response: HttpResponse): Promise<RawError> {
  const chunks: Buffer[] = [];
  for await (const chunk of response.body) chunks.push(Buffer.from(chunk));
  const body = Buffer.concat(chunks).toString();
  response.body = Readable.from([Buffer.from(body)]);
  return { status: response.statusCode, headers: response.headers, body };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(text);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
