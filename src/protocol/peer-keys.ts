import { asBuffer } from './bytes.ts';
import { deriveKeys, type KeyPair, type PairKeys, type Side } from './seal.ts';

/** Keys of so many peers are kept; more than the stubs that one session meets in a day. */
const PEERS = 4096;

/** The derived keys of a process with each of its peers, the least recently used forgotten. */
export class PeerKeys {
  readonly own: KeyPair;
  readonly #side: Side;
  readonly #limit: number;
  /** By public key; in order of use, the latest last. */
  readonly #pairs = new Map<string, PairKeys>();

  constructor(own: KeyPair, side: Side, limit: number = PEERS) {
    this.own = own;
    this.#side = side;
    this.#limit = limit;
  }

  /** Undefined for a public key that no peer can have. */
  of(publicKey: Uint8Array): PairKeys | undefined {
    const peer = asBuffer(publicKey).toString('latin1');
    const pair = this.#pairs.get(peer) ?? deriveKeys(this.own, this.#side, publicKey);
    if (pair === undefined) return undefined;
    this.#pairs.delete(peer);
    this.#pairs.set(peer, pair);
    if (this.#pairs.size > this.#limit) {
      const [oldest] = this.#pairs.keys();
      if (oldest !== undefined) this.#pairs.delete(oldest);
    }
    return pair;
  }
}
