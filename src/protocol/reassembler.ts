import type { KeyObject } from 'node:crypto';
import { decodeBody } from './body.ts';
import { asBuffer } from './bytes.ts';
import { decompress } from './compression.ts';
import type { DropCounter, DropReason } from './drops.ts';
import { type Frame, type FrameHeader, parseFrame } from './frame.ts';
import { REASSEMBLY } from './limits.ts';
import type { InvocationId, MessageToSession, MessageToStub, MissingMeta } from './message.ts';
import { PartialMessage } from './partial-message.ts';
import { openFrame, type Side } from './seal.ts';

type Received = { readonly session: MessageToSession; readonly stub: MessageToStub };

/** What became of one frame. Everything but `complete` and `incomplete` has been counted as a drop. */
export type Reception<M> =
  | {
      readonly status: 'complete';
      readonly message: M;
      readonly number: number;
      /** The stub's; undefined when a session sent it. */
      readonly publicKey: Uint8Array | undefined;
    }
  | { readonly status: 'incomplete'; readonly id: InvocationId }
  /** Authentic and here before: the sender may not have heard the answer. Once for each frame. */
  | { readonly status: 'duplicate'; readonly frame: Frame }
  | { readonly status: 'dropped'; readonly reason: DropReason };

/** Frames of a message that have not arrived: what a `missing` says, and to whom. */
export type MissingFrames = {
  readonly id: InvocationId;
  readonly functionArn: string;
  readonly publicKey: Uint8Array | undefined;
  readonly meta: MissingMeta;
};

/** Completed messages whose late duplicates are recognised. */
const REMEMBERED = 4096;

/**
 * Makes messages of frames that come in any order, more than once, or never, from peers that may lie. One for each
 * connection; `receiver` is the side that it works for.
 *
 * A frame counts only after its seal was opened, so nobody but a message's own sender can spoil it. What is held is
 * bounded in messages, bytes and time; the peer that takes the most gives way first, with its oldest message.
 */
export class Reassembler<S extends Side> {
  readonly #receiver: S;
  readonly #keyOf: (frame: Frame, functionArn: string) => KeyObject | undefined;
  readonly #drops: DropCounter;
  readonly #unknownKey: 'seal-unknown-key' | 'invocation-ended';
  readonly #limits: { readonly messages: number; readonly bytes: number; readonly expiryMs: number };
  /** In order of their first frame. */
  readonly #partials = new Map<string, PartialMessage>();
  readonly #completed = new Set<string>();
  #bytes = 0;

  constructor(options: {
    readonly receiver: S;
    /** `PairKeys.receive` of the sender: by `publicKey` when a stub sent the frame, else by the invocation's id. */
    readonly keyOf: (frame: Frame, functionArn: string) => KeyObject | undefined;
    readonly drops: DropCounter;
    /** What a frame is dropped as that `keyOf` knows no key for. @default 'seal-unknown-key' */
    readonly unknownKey?: 'seal-unknown-key' | 'invocation-ended';
    /** @default REASSEMBLY */
    readonly limits?: { readonly messages: number; readonly bytes: number; readonly expiryMs: number };
  }) {
    this.#receiver = options.receiver;
    this.#keyOf = options.keyOf;
    this.#drops = options.drops;
    this.#unknownKey = options.unknownKey ?? 'seal-unknown-key';
    this.#limits = options.limits ?? REASSEMBLY;
  }

  /** What is held for messages that are not complete. */
  get pending(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#partials.size, bytes: this.#bytes };
  }

  /** Takes one MQTT payload. `functionArn` is the topic's; `now` is monotonic, in milliseconds. Never throws. */
  accept(payload: Uint8Array, functionArn: string, now: number = performance.now()): Reception<Received[S]> {
    const frame = parseFrame(payload);
    if (typeof frame === 'string') return this.#drop(frame, `${payload.byteLength} bytes`);
    if ((frame.publicKey !== undefined) !== (this.#receiver === 'session')) {
      return this.#drop('frame-kind', `${frame.kind} sent to the ${this.#receiver}`);
    }
    const key = this.#keyOf(frame, functionArn);
    if (key === undefined) return this.#drop(this.#unknownKey, describe(frame));
    const piece = openFrame(frame, key, functionArn);
    if (piece === undefined) return this.#drop('seal-broken', describe(frame));

    const name = nameOf(frame, functionArn);
    if (this.#completed.has(name)) return this.#duplicate(frame);
    const partial = this.#partials.size === 0 ? undefined : this.#partials.get(name);
    if (partial !== undefined && !partial.agrees(frame))
      return this.#drop('message-conflicting', describe(frame));
    // Nearly every message is one frame: nothing is stored for it but its name.
    if (frame.count === 1) return this.#complete(name, frame, piece);
    return this.#add(name, partial ?? new PartialMessage(frame, functionArn, now), frame, piece, now);
  }

  /**
   * Messages that have been quiet for `afterMs`, with the frames to ask for again. Each is named once, then after
   * pauses that double.
   */
  missing(now: number, afterMs: number): readonly MissingFrames[] {
    const missing: MissingFrames[] = [];
    for (const partial of this.#partials.values()) {
      const sequences = partial.ask(now, afterMs);
      if (sequences === undefined) continue;
      const { id, kind, number, publicKey } = partial.header;
      missing.push({ id, functionArn: partial.functionArn, publicKey, meta: { kind, number, sequences } });
    }
    return missing;
  }

  /** Lets go of messages that got no new frame for `expiryMs`. */
  expire(now: number): void {
    for (const [name, partial] of this.#partials) {
      if (now - partial.arrivedAt >= this.#limits.expiryMs)
        this.#discard(name, partial, 'reassembly-expired');
    }
  }

  /** The invocation has ended: what is still held of its messages is of no use. */
  forget(id: InvocationId): void {
    for (const [name, partial] of this.#partials) {
      if (partial.header.id === id) this.#discard(name, partial, 'invocation-ended');
    }
  }

  #add(
    name: string,
    partial: PartialMessage,
    frame: Frame,
    piece: Uint8Array,
    now: number,
  ): Reception<Received[S]> {
    if (!partial.add(frame.sequence, piece, now)) return this.#duplicate(frame);
    this.#partials.set(name, partial);
    this.#bytes += piece.byteLength;
    if (partial.complete) {
      this.#partials.delete(name);
      this.#bytes -= partial.bytes;
      return this.#complete(name, frame, partial.join());
    }
    while (this.#partials.size > this.#limits.messages || this.#bytes > this.#limits.bytes) this.#evict();
    return this.#partials.has(name)
      ? { status: 'incomplete', id: frame.id }
      : { status: 'dropped', reason: 'reassembly-full' };
  }

  #complete(name: string, frame: Frame, encoded: Uint8Array): Reception<Received[S]> {
    this.#remember(name);
    const body = decompress(frame.encoding, encoded, frame.bodyBytes);
    if (body === undefined) return this.#drop('body-inflated', describe(frame));
    const message = decodeBody(frame.kind, frame.id, body);
    if (message === undefined) return this.#drop('body-malformed', describe(frame));
    // parseFrame let only kinds pass that the other side sends.
    return {
      status: 'complete',
      message: message as Received[S],
      number: frame.number,
      publicKey: frame.publicKey,
    };
  }

  #remember(name: string): void {
    this.#completed.add(name);
    if (this.#completed.size <= REMEMBERED) return;
    const [oldest] = this.#completed;
    if (oldest !== undefined) this.#completed.delete(oldest);
  }

  /** The oldest message of the peer that takes the largest share: a flood pushes out only itself. */
  #evict(): void {
    const peers = new Map<string, { name: string; oldest: PartialMessage; share: number }>();
    let largest: { name: string; oldest: PartialMessage; share: number } | undefined;
    for (const [name, partial] of this.#partials) {
      const key = peerOf(partial.header);
      const peer = peers.get(key) ?? { name, oldest: partial, share: 0 };
      peers.set(key, peer);
      peer.share += partial.bytes / this.#limits.bytes + 1 / this.#limits.messages;
      if (largest === undefined || peer.share > largest.share) largest = peer;
    }
    if (largest !== undefined) this.#discard(largest.name, largest.oldest, 'reassembly-full');
  }

  #discard(name: string, partial: PartialMessage, reason: DropReason): void {
    this.#partials.delete(name);
    this.#bytes -= partial.bytes;
    this.#drops.drop(reason, describe(partial.header));
  }

  #duplicate(frame: Frame): Reception<Received[S]> {
    this.#drops.drop('message-duplicate', describe(frame));
    return { status: 'duplicate', frame };
  }

  #drop(reason: DropReason, detail: string): Reception<Received[S]> {
    this.#drops.drop(reason, detail);
    return { status: 'dropped', reason };
  }
}

function peerOf({ publicKey }: FrameHeader): string {
  return publicKey === undefined ? '' : asBuffer(publicKey).toString('latin1');
}

/** With the sender and the function: two peers, or one key on two topics, cannot disturb each other. */
function nameOf(frame: FrameHeader, functionArn: string): string {
  return `${frame.kind} ${frame.number} ${frame.id} ${peerOf(frame)}${functionArn}`;
}

function describe(frame: FrameHeader): string {
  return `${frame.kind} of invocation ${frame.id}, number ${frame.number}, frame ${frame.sequence + 1} of ${frame.count}`;
}
