type StreamName = 'stdout' | 'stderr';

/**
 * Sends what is written to `process.stdout` and `process.stderr` the way that `console` goes, so that both stay in
 * order. Done at first use: making these streams takes longer than most handlers do.
 */
export function captureOutput(write: (stream: StreamName, text: string) => void): void {
  captureStream('stdout', write);
  captureStream('stderr', write);
}

function captureStream(name: StreamName, write: (stream: StreamName, text: string) => void): void {
  const original = Object.getOwnPropertyDescriptor(process, name)?.get;
  if (!original) return;
  Object.defineProperty(process, name, {
    configurable: true,
    enumerable: true,
    get() {
      const stream: NodeJS.WriteStream = original.call(process);
      Object.defineProperty(process, name, { configurable: true, enumerable: true, value: stream });
      stream.write = (
        chunk: string | Uint8Array,
        encoding?: BufferEncoding | ((error?: Error | null) => void),
        callback?: (error?: Error | null) => void,
      ): boolean => {
        const written = typeof encoding === 'function' ? encoding : callback;
        const bytes = typeof chunk === 'string' ? textOf(chunk, encoding) : Buffer.from(chunk).toString();
        write(name, bytes);
        if (written) process.nextTick(written);
        return true;
      };
      return stream;
    },
  });
}

function textOf(chunk: string, encoding: unknown): string {
  const decodes = encoding === 'hex' || encoding === 'base64' || encoding === 'base64url';
  return decodes ? Buffer.from(chunk, encoding).toString() : chunk;
}
