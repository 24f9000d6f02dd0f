import type { IncomingMessage } from 'node:http';
import { LAMBDA } from '../../protocol/limits.ts';
import { AwsError } from './aws-error.ts';

export type BodyLimit = {
  readonly bytes: number;
  /** As AWS's error names it: `InvokeFunction`. Absent where the path does not tell. */
  readonly operation?: string;
};

/** 50 MB of zip in base64, and what stands around it: Lambda's own number. */
const CODE_BYTES = 70_167_211;
/** A body that is too large is read on to a bound, and thrown away: a client that is still sending would see no answer. */
const DISCARD_BYTES = 64 * 1024 * 1024;
/** A client that sends nothing for so long is gone, or means to hold the connection. */
const SILENCE_MS = 20_000;
/** What all unfinished requests may hold together. */
const HELD_BYTES = 512 * 1024 * 1024;

const MOST_PIECES = 256;
const SMALL_PIECE_BYTES = 4096;

const CODE_UPLOADS: readonly (readonly [RegExp, string])[] = [
  [/^POST \/2015-03-31\/functions\/?$/, 'CreateFunction'],
  [/^PUT \/2015-03-31\/functions\/[^/]+\/code$/, 'UpdateFunctionCode'],
  [/^POST \/2018-10-31\/layers\/[^/]+\/versions$/, 'PublishLayerVersion'],
];

const INVOKE = /\/(?:invocations|response-streaming-invocations|invoke-async)\/?$/;

/** How much body an operation takes. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export function bodyLimitOf(method: string, path: string): BodyLimit {
  const upload = CODE_UPLOADS.find(([pattern]) => pattern.test(`${method} ${path}`));
  if (upload !== undefined) return { bytes: CODE_BYTES, operation: upload[1] };
  return { bytes: LAMBDA.requestBytes, ...(INVOKE.test(path) ? { operation: 'InvokeFunction' } : {}) };
}

/** Reads bodies within bounds of size, time and, over all of them, memory. */
export class RequestBodies {
  readonly #silenceMs: number;
  readonly #heldBytes: number;
  readonly #mostBytes: number;
  #held = 0;

  constructor({
    silenceMs = SILENCE_MS,
    heldBytes = HELD_BYTES,
    mostBytes = Number.POSITIVE_INFINITY,
  }: {
    silenceMs?: number;
    heldBytes?: number;
    /** Of any body, whatever AWS would take. */
    mostBytes?: number | undefined;
  } = {}) {
    this.#silenceMs = silenceMs;
    this.#heldBytes = heldBytes;
    this.#mostBytes = mostBytes;
  }

  /**
   * The whole body. Rejects with AwsError: 413 above the limit, 408 when the client falls silent, 503 when others
   * hold too much; with the socket's own error when the client has hung up.
   */
  read(request: IncomingMessage, ofOperation: BodyLimit): Promise<Buffer> {
    const limit = { ...ofOperation, bytes: Math.min(ofOperation.bytes, this.#mostBytes) };
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let length = 0;
      let held = 0;
      let refusal: AwsError | undefined;
      let joined = 0;
      const silence = setTimeout(() => end(timedOut()), this.#silenceMs).unref();
      const end = (error: Error | undefined): void => {
        clearTimeout(silence);
        this.#held -= held;
        request.off('data', onData).off('error', end).off('end', onEnd).off('close', onClose);
        if (error === undefined)
          resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks));
        else reject(error);
      };
      const refuse = (error: AwsError): void => {
        refusal ??= error;
        chunks.length = 0;
        this.#held -= held;
        held = 0;
      };
      const onData = (chunk: Buffer): void => {
        silence.refresh();
        length += chunk.length;
        if (refusal === undefined) {
          held += chunk.length;
          this.#held += chunk.length;
          chunks.push(chunk);
          joined = joinSmall(chunks, joined);
          if (length > limit.bytes) refuse(tooLarge(limit));
          else if (this.#held > this.#heldBytes) refuse(busy());
        } else if (length > limit.bytes + DISCARD_BYTES) {
          end(refusal);
          request.destroy();
        }
      };
      const onEnd = (): void => end(refusal);
      const onClose = (): void => end(new Error('the client hung up before its request was complete'));
      request.on('data', onData).once('error', end).once('end', onEnd).once('close', onClose);
    });
  }
}

/**
 * A piece costs some 300 bytes beside its own, so a body in pieces of one byte would cost 300 times what is counted of
 * it. Gives how many pieces at the beginning may stay as they are.
 */
function joinSmall(pieces: Buffer[], joined: number): number {
  if (pieces.length - joined < MOST_PIECES) return joined;
  const last = pieces.slice(joined);
  const bytes = last.reduce((sum, { length }) => sum + length, 0);
  if (bytes > SMALL_PIECE_BYTES * MOST_PIECES) return pieces.length;
  pieces.splice(joined, last.length, Buffer.concat(last));
  return joined + 1;
}

function tooLarge({ bytes, operation }: BodyLimit): AwsError {
  const type = operation === 'InvokeFunction' ? 'RequestTooLargeException' : 'RequestEntityTooLargeException';
  const of = operation === undefined ? '' : ` for the ${operation} operation`;
  return new AwsError(413, type, {
    Type: 'User',
    message: `Request must be smaller than ${bytes} bytes${of}`,
  });
}

function timedOut(): AwsError {
  return new AwsError(408, 'RequestTimeoutException', {
    Type: 'User',
    message: 'The request was not complete, and nothing more of it came.',
  });
}

function busy(): AwsError {
  return new AwsError(503, 'ServiceUnavailableException', {
    Type: 'Service',
    message: 'Too many large requests at once. Try again.',
  });
}
