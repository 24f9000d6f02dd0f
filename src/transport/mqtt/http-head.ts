import type { Socket } from 'node:net';

/** What a server says before its body, in answer to CONNECT or to an upgrade. */
export type HttpHead = {
  readonly status: number;
  /** By lower-case name; the last one of a name counts. */
  readonly headers: ReadonlyMap<string, string>;
};

const MAX_HEAD_BYTES = 16 * 1024;
const END = '\r\n\r\n';

/**
 * Reads the head of one HTTP/1.1 response, and leaves what follows it in the socket. Rejects when the socket ends
 * before, when it is longer than 16 KiB, when it is not HTTP, and when the signal is aborted; the socket is then
 * destroyed.
 */
export function readHttpHead(socket: Socket, signal: AbortSignal): Promise<HttpHead> {
  return new Promise((resolve, reject) => {
    let held: Buffer = Buffer.alloc(0);
    const settle = (run: () => void): void => {
      socket.off('data', onData);
      socket.off('close', onClose);
      signal.removeEventListener('abort', onAbort);
      // What is read from now on is for whoever comes next.
      socket.pause();
      run();
    };
    const fail = (error: unknown): void =>
      settle(() => {
        socket.destroy();
        reject(error);
      });
    const onData = (chunk: Buffer): void => {
      held = held.byteLength === 0 ? chunk : Buffer.concat([held, chunk]);
      const end = held.indexOf(END);
      if (end === -1 && held.byteLength < MAX_HEAD_BYTES) return;
      if (end === -1 || end > MAX_HEAD_BYTES) return fail(new Error('the head of the answer is too long'));
      const head = parseHead(held.toString('latin1', 0, end));
      if (head === undefined) return fail(new Error('the answer is not HTTP'));
      settle(() => {
        const rest = held.subarray(end + END.length);
        if (rest.byteLength > 0) socket.unshift(rest);
        resolve(head);
      });
    };
    const onClose = (): void => fail(socket.errored ?? new Error('the connection ended before the answer'));
    const onAbort = (): void => fail(signal.reason);
    socket.on('data', onData);
    // Whoever read before us, a proxy's answer, has paused it: listening alone does not undo that.
    socket.resume();
    socket.once('close', onClose);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else if (socket.closed) onClose();
  });
}

function parseHead(text: string): HttpHead | undefined {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) return undefined;
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, Math.max(colon, 0)).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return { status: Number(status), headers };
}
