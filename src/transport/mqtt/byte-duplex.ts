import { Duplex } from 'node:stream';
import type { ByteStream, ByteStreamEvents } from './byte-stream.ts';

/** A byte stream as the `mqtt` package wants it. Without back-pressure, which that package does not heed either. */
export async function openByteDuplex(
  open: (events: ByteStreamEvents) => Promise<ByteStream>,
): Promise<Duplex> {
  const duplex = new Duplex({
    read: () => undefined,
    write: (bytes: Buffer, _encoding, done) => {
      stream.write(bytes);
      done();
    },
    final: (done) => {
      stream.end();
      done();
    },
    destroy: (error, done) => {
      stream.destroy();
      done(error);
    },
  });
  const stream = await open({
    onData: (bytes) => void duplex.push(bytes),
    onClose: (cause) => void duplex.destroy(cause instanceof Error ? cause : undefined),
  });
  return duplex;
}
