/** What Lambda answers for a handler that cannot answer by itself: `{"errorType", "errorMessage"}` as JSON. */
export function sandboxError(errorType: string, text: string, requestId: string | undefined): Uint8Array {
  const errorMessage = requestId === undefined ? `Error: ${text}` : `RequestId: ${requestId} Error: ${text}`;
  return Buffer.from(JSON.stringify({ errorType, errorMessage }));
}

export const TIMED_OUT = 'Sandbox.Timedout';

export function timeoutText(timeoutMs: number): string {
  return `Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
}
