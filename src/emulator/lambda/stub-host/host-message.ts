import type { LocalRun } from '../../../stub/stub-outcome.ts';

/** What the emulator and the process that runs the stubs say to each other, over one pipe. */
export type ToHost =
  | {
      /** Once, before a function's first invocation. */
      readonly type: 'function';
      /** Unqualified: names the stub. */
      readonly arn: string;
      /** All that Lambda would have put there for the stub. */
      readonly environment: Readonly<Record<string, string>>;
      /** The emulator's HTTP API, for GetRetainedMessage. */
      readonly endpoint: string;
      /** Whether the broker has quotas. */
      readonly paced: boolean;
    }
  | {
      readonly type: 'invoke';
      readonly call: number;
      /** Unqualified: names the stub. */
      readonly arn: string;
      readonly requestId: string;
      readonly invokedFunctionArn: string;
      readonly functionName: string;
      readonly functionVersion: string;
      readonly memoryLimitInMB: string;
      readonly logGroupName: string;
      readonly logStreamName: string;
      readonly remainingMs: number;
      readonly clientContext?: unknown;
      readonly traceId?: string;
      /** A streamed answer is to come in pieces. Absent: it is gathered. */
      readonly live?: true;
      // body: the event
    }
  /** The last piece of a streamed answer: the next may come. */
  | { readonly type: 'taken'; readonly call: number }
  /** What the deployed handler came to, for a session that watches: after `deployed` with `observed`. */
  | {
      readonly type: 'observed';
      readonly call: number;
      readonly failed: boolean;
      readonly streamed: boolean;
      readonly durationMs: number;
      /** Of the whole answer; the body may be its beginning. */
      readonly bytes: number;
    }
  /** Lambda has given up: nobody waits for the answer. */
  | { readonly type: 'abandon'; readonly call: number };

export type FromHost =
  | { readonly type: 'log'; readonly call: number; readonly text: string }
  | {
      /** Of a streamed answer, where the call is `live`. */
      readonly type: 'chunk';
      readonly call: number;
      /** With the first. */
      readonly contentType?: string;
      // body: the piece
    }
  | {
      readonly type: 'answer';
      readonly call: number;
      readonly streamed: boolean;
      readonly run: LocalRun;
      // body: the payload
    }
  | {
      readonly type: 'failed';
      readonly call: number;
      readonly errorType: string;
      readonly run?: LocalRun;
      // body: the error object
    }
  /** The stub decided for the deployed handler: the emulator runs it, and says what it came to where `observed`. */
  | { readonly type: 'deployed'; readonly call: number; readonly observed: boolean }
  | { readonly type: 'dropped'; readonly reason: string; readonly detail: string }
  | { readonly type: 'notice'; readonly text: string };

const LENGTHS = 8;
/** A message of the largest event or answer with its header; more than this is not ours. */
const LIMIT = 16 * 1024 * 1024;

/** u32 header length, u32 body length, header JSON, body. */
export function encodeHostMessage(header: ToHost | FromHost, body?: Uint8Array): Buffer[] {
  const json = Buffer.from(JSON.stringify(header));
  const lengths = Buffer.allocUnsafe(LENGTHS);
  lengths.writeUInt32BE(json.length, 0);
  lengths.writeUInt32BE(body?.byteLength ?? 0, 4);
  // One small write is cheaper than three; a large body is not copied.
  if (body === undefined) return [Buffer.concat([lengths, json])];
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return bytes.length < 16_384 ? [Buffer.concat([lengths, json, bytes])] : [lengths, json, bytes];
}

/** Puts messages together again from a byte stream. Both ends are our own processes: a broken length is fatal. */
export class HostMessageDecoder<T extends ToHost | FromHost> {
  #pending: Buffer[] = [];
  #length = 0;

  push(chunk: Buffer, onMessage: (header: T, body: Buffer) => void): void {
    this.#pending.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= LENGTHS) {
      const head = this.#peek(LENGTHS);
      const headerLength = head.readUInt32BE(0);
      const total = LENGTHS + headerLength + head.readUInt32BE(4);
      if (total > LIMIT) throw new RangeError(`expected a message of at most ${LIMIT} bytes, got ${total}`);
      if (this.#length < total) return;
      const message = this.#take(total);
      const header = JSON.parse(message.toString('utf8', LENGTHS, LENGTHS + headerLength)) as T;
      onMessage(header, message.subarray(LENGTHS + headerLength));
    }
  }

  #peek(length: number): Buffer {
    const [first] = this.#pending;
    if (first !== undefined && first.length >= length) return first;
    const joined = Buffer.concat(this.#pending);
    this.#pending = [joined];
    return joined;
  }

  #take(length: number): Buffer {
    const joined =
      this.#pending.length === 1 && this.#pending[0] ? this.#pending[0] : Buffer.concat(this.#pending);
    const rest = joined.subarray(length);
    this.#pending = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return joined.subarray(0, length);
  }
}
