import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';

export type HttpAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** Sends it to this machine whatever host it names, on a connection of its own, with a path that nothing has normalized. */
export async function httpAnswer({
  method,
  url,
  headers,
  body,
}: {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}): Promise<HttpAnswer> {
  const { host, port } = new URL(url);
  const path = url.slice(url.indexOf('/', 'http://'.length));
  const length = { 'content-length': String(Buffer.byteLength(body)) };
  return await new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method, agent: false };
    const call = httpRequest({ ...options, headers: { host, ...headers, ...length } }, (response) => {
      text(response).then(
        (content) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: content }),
        reject,
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}

/** The recordings show different parts of the answers of function URLs. */
export function shownAs(expected: unknown, answer: HttpAnswer): unknown {
  if (typeof expected !== 'object' || expected === null) return answer;
  const headers = (names: object): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Object.keys(names).map((name) => [name, answer.headers[name.toLowerCase()]]));
  const parts: Readonly<Record<string, unknown>> = {
    content: answer.text,
    statuscode: answer.status,
    status: answer.status,
    text: answer.text,
    json: answer.text,
    header: answer.headers['my-custom-header'],
    headers:
      'headers' in expected && 'statuscode' in expected ? headers(expected.headers as object) : undefined,
  };
  const names = Object.keys(expected);
  if (!names.every((name) => name in parts)) return JSON.parse(answer.text);
  return 'domain' in expected
    ? JSON.parse(answer.text)
    : Object.fromEntries(names.map((name) => [name, parts[name]]));
}
