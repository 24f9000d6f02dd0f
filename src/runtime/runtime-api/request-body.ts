import type { IncomingMessage } from 'node:http';

/** The body, or undefined when it is longer than `limit`; then it is read to its end, but not kept. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const piece: Buffer = chunk;
    bytes += piece.byteLength;
    if (bytes <= limit) chunks.push(piece);
    else chunks.length = 0;
  }
  return bytes <= limit ? Buffer.concat(chunks) : undefined;
}

export function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * The `errorType` of an error object; without one, what the header says, of which Lambda takes only `Runtime.X` and
 * `Function.X`.
 */
export function errorTypeOf(payload: Uint8Array, headerValue: string | undefined): string {
  const named = bodyErrorType(payload);
  if (named !== undefined) return named;
  return headerValue && /^(Runtime|Function)\.[A-Z]\w*$/i.test(headerValue) ? headerValue : 'Runtime.Unknown';
}

function bodyErrorType(payload: Uint8Array): string | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof body !== 'object' || body === null || !('errorType' in body)) return undefined;
    return typeof body.errorType === 'string' ? body.errorType : undefined;
  } catch {
    // Not JSON: Lambda passes it on as it is.
    return undefined;
  }
}
