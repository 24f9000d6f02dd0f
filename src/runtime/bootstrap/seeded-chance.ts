import { type Cipheriv, createCipheriv, createHash } from 'node:crypto';

const BLOCK = Buffer.alloc(1024);

/** Bytes that look like chance and follow from a seed: the key stream of AES in counter mode. */
export class SeededChance {
  readonly #cipher: Cipheriv;
  #block = Buffer.alloc(0);

  constructor(seed: number) {
    const key = createHash('sha256').update(`llx seed ${seed}`).digest();
    this.#cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  }

  bytes(size: number): Buffer {
    const drawn = Buffer.alloc(size);
    for (let filled = 0; filled < size; ) {
      if (this.#block.length === 0) this.#block = this.#cipher.update(BLOCK);
      const taken = this.#block.copy(drawn, filled);
      this.#block = this.#block.subarray(taken);
      filled += taken;
    }
    return drawn;
  }

  /** From 0 to below 1, with all the 53 bits that a number holds. */
  fraction(): number {
    return Number(this.bytes(8).readBigUInt64BE() >> 11n) / 2 ** 53;
  }

  /** RFC 9562, version 4. */
  uuid(): string {
    return uuidOf(this.bytes(16), 4);
  }

  /** RFC 9562, version 7: of a time, epoch milliseconds. */
  uuidAt(epochMs: number): string {
    const bytes = this.bytes(16);
    bytes.writeUIntBE(epochMs, 0, 6);
    return uuidOf(bytes, 7);
  }
}

function uuidOf(bytes: Buffer, version: number): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
