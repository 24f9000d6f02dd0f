import type { ServerResponse } from 'node:http';

/** An HTTP answer that somebody's function gave. */
export type HttpAnswer = {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Uint8Array;
};

/** @param own headers that we say ourselves, whatever the function said */
export function sendAnswer(
  response: ServerResponse,
  { status, headers, body }: HttpAnswer,
  own: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // https://www.rfc-editor.org/rfc/rfc9110#section-8.6: no body, no length
  const length = status === 204 || status === 304 ? {} : { 'content-length': String(body.byteLength) };
  response.writeHead(status, { ...own, ...length }).end(body);
}
