import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EmulatorClock } from '../emulator-clock.ts';

/** As long as S3's links in the answers of GetFunction are valid. */
const VALID_MS = 10 * 60_000;

/** Where they lead to, on the emulator's own port. */
export const CODE_PATH = '/_llx/code/';

/** Links to packages, for whoever was told one: they carry their own permission, as presigned URLs of S3 do. */
export class CodeLinks {
  readonly #endpoint: () => string;
  readonly #clock: EmulatorClock;
  readonly #key: Buffer;

  /** @param options.endpoint `http://127.0.0.1:4566`, asked when the port is open */
  constructor(options: {
    readonly endpoint: () => string;
    readonly clock: EmulatorClock;
    /** Of this process: links end with it. */
    readonly key?: Buffer;
  }) {
    this.#endpoint = options.endpoint;
    this.#clock = options.clock;
    this.#key = options.key ?? randomBytes(32);
  }

  /** @param sha256 in base64 */
  linkTo(sha256: string): string {
    const hash = Buffer.from(sha256, 'base64').toString('hex');
    const expires = this.#clock.now() + VALID_MS;
    return `${this.#endpoint()}${CODE_PATH}${hash}?Expires=${expires}&Signature=${this.#sign(hash, expires)}`;
  }

  /** The SHA-256 in base64 of what a link leads to; undefined where it was not given here, or is too old. */
  follow(
    hash: string,
    query: { readonly Expires?: unknown; readonly Signature?: unknown },
  ): string | undefined {
    const expires = Number(query.Expires);
    if (!/^[0-9a-f]{64}$/.test(hash) || typeof query.Signature !== 'string') return undefined;
    if (!(expires > this.#clock.now())) return undefined;
    const given = Buffer.from(query.Signature);
    const expected = Buffer.from(this.#sign(hash, expires));
    if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected)) return undefined;
    return Buffer.from(hash, 'hex').toString('base64');
  }

  #sign(hash: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`${hash} ${expires}`).digest('hex');
  }
}
