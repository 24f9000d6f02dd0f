/**
 * The log of a Lambda runtime, on the descriptor that _LAMBDA_TELEMETRY_LOG_FD names. A record is
 *
 *     u32 type | u32 length | u64 microseconds since 1970 | text
 *
 * big-endian; the type is 0xa55a0003 for text or 0xa55a0002 for JSON, and bits 2 to 4 say the level. The runtimes of
 * AWS (Node.js, Python) write this.
 */
const HEADER_BYTES = 16;
const TEXT = 0xa55a0003;
const JSON_RECORD = 0xa55a0002;
const LEVEL_BITS = 0x1c;

/** `console.warn` and above. */
const WARN = 16;

/** More is not held back for one record: longer ones are cut. */
const MAX_RECORD_BYTES = 1024 * 1024;

export type TelemetryRecord = { readonly stream: 'stdout' | 'stderr'; readonly text: string };

export function encodeTelemetryRecord(record: TelemetryRecord, at: Date = new Date()): Uint8Array {
  const text = Buffer.from(`${record.text}\n`).subarray(0, MAX_RECORD_BYTES);
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + text.length);
  // 20 is ERROR, 12 is INFO.
  bytes.writeUInt32BE((TEXT | (record.stream === 'stderr' ? 20 : 12)) >>> 0, 0);
  bytes.writeUInt32BE(text.length, 4);
  bytes.writeBigUInt64BE(BigInt(at.getTime()) * 1000n, 8);
  bytes.set(text, HEADER_BYTES);
  return bytes;
}

/** Cuts the descriptor's bytes into records. */
export class TelemetryParser {
  readonly #onRecord: (record: TelemetryRecord) => void;
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes of a record that was cut: they are yet to come, and are not looked at. */
  #skip = 0;

  constructor(onRecord: (record: TelemetryRecord) => void) {
    this.#onRecord = onRecord;
  }

  /** @throws Error for bytes that are no record. */
  push(chunk: Buffer): void {
    const fresh = chunk.subarray(Math.min(this.#skip, chunk.length));
    this.#skip -= chunk.length - fresh.length;
    let bytes = this.#pending.length === 0 ? fresh : Buffer.concat([this.#pending, fresh]);
    while (bytes.length >= HEADER_BYTES) {
      const type = bytes.readUInt32BE(0);
      const level = type & LEVEL_BITS;
      const kind = (type & ~LEVEL_BITS) >>> 0;
      const length = bytes.readUInt32BE(4);
      if (kind !== TEXT && kind !== JSON_RECORD) {
        throw new Error(`expected a log record, got type ${type.toString(16)} with ${length} bytes`);
      }
      const kept = Math.min(length, MAX_RECORD_BYTES);
      if (bytes.length < HEADER_BYTES + kept) break;
      const text = bytes.toString('utf8', HEADER_BYTES, HEADER_BYTES + kept);
      this.#onRecord({ stream: level >= WARN ? 'stderr' : 'stdout', text });
      const end = HEADER_BYTES + length;
      this.#skip = Math.max(0, end - bytes.length);
      bytes = bytes.subarray(Math.min(end, bytes.length));
    }
    this.#pending = bytes;
  }
}
