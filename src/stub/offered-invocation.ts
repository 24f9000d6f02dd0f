import type { DropCounter } from '../protocol/drops.ts';
import { STREAM_WINDOW_BYTES } from '../protocol/limits.ts';
import type { InvocationId, MessageToStub } from '../protocol/message.ts';
import type { Timing } from '../protocol/timing.ts';
import { InOrder } from './in-order.ts';
import {
  type Outcome,
  offerInvocation,
  reduceInvocation,
  type Step,
  type StubEffect,
  type StubEvent,
  type StubInvocation,
  type TimerName,
} from './invocation.ts';

/** Pieces of a stream that may wait for an earlier one: more than the session's window can hold. */
const CHUNKS_AHEAD = 1024;

/** A credit for each small piece would cost as many publishes as the stream itself. */
const CREDIT_BYTES = STREAM_WINDOW_BYTES / 8;

/** Takes a piece of a streamed answer, the first with its content type; resolves when the next may come. */
export type OnChunk = (chunk: Uint8Array, contentType: string | undefined) => Promise<void>;

export type OfferedOptions = {
  readonly id: InvocationId;
  readonly sessionId: string;
  readonly remainingMs: number;
  /** How long the offer itself takes through the broker. */
  readonly sendingMs: number;
  readonly timing: Timing;
  readonly drops: DropCounter;
  readonly send: (kind: 'offer' | 'withdraw' | 'cancel' | 'query') => void;
  /** Asks for a piece of the stream that did not arrive. */
  readonly sendMissing: (chunk: number) => void;
  /** How many bytes of the stream the session may have sent in all. */
  readonly sendCredit: (totalBytes: number) => void;
  readonly onChunk: OnChunk | undefined;
};

/** One offered invocation with its timers: carries out what the reducer decides, until there is an outcome. */
export class OfferedInvocation {
  readonly sessionId: string;
  readonly outcome: Promise<Outcome>;
  readonly #options: OfferedOptions;
  readonly #timers = new Map<TimerName, NodeJS.Timeout>();
  readonly #stream = new InOrder<MessageToStub>(CHUNKS_AHEAD);
  #state: StubInvocation = { phase: 'offered', holderOffline: false, offerAgainMs: 1, claimMs: 1 };
  #settle: (outcome: Outcome) => void = () => undefined;
  #passedOn: Promise<void> = Promise.resolve();
  #passedOnBytes = 0;
  #creditedBytes = 0;
  #gapTimer: NodeJS.Timeout | undefined;
  /** The piece that was asked for last. */
  #asked: number | undefined;
  #nextAtBeat = 0;

  constructor(options: OfferedOptions) {
    this.#options = options;
    this.sessionId = options.sessionId;
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  start(): void {
    const { remainingMs, timing, sendingMs } = this.#options;
    this.#apply(offerInvocation(remainingMs, timing, sendingMs));
  }

  dispatch(event: StubEvent): void {
    this.#apply(reduceInvocation(this.#state, event, this.#options.timing));
  }

  /** `number` orders the pieces of a stream. */
  receive(message: MessageToStub, number: number): void {
    if (message.kind !== 'chunk' && message.kind !== 'end') {
      this.dispatch({ type: 'message', message });
      if (message.kind === 'beat') this.#keepStreaming();
      return;
    }
    const inTurn = this.#stream.accept(number, message);
    if (inTurn === undefined) {
      this.#options.drops.drop('message-duplicate', `${message.kind} ${number}`);
      return;
    }
    for (const next of inTurn) this.dispatch({ type: 'message', message: next });
    this.#watchGap();
  }

  /** Nobody waits any more (the environment ends): says so to the session. */
  abandon(): void {
    this.dispatch({ type: 'timer', timer: 'deadline' });
    // Answered already, and whoever takes the stream hangs: without effect otherwise.
    this.#settle({ type: 'timed-out' });
  }

  #apply([state, effects]: Step): void {
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: StubEffect): void {
    switch (effect.type) {
      case 'send':
        return this.#options.send(effect.kind);
      case 'start-timer':
        clearTimeout(this.#timers.get(effect.timer));
        this.#timers.set(
          effect.timer,
          // Referenced on purpose: Node must not end while an answer is awaited.
          setTimeout(() => this.dispatch({ type: 'timer', timer: effect.timer }), effect.afterMs),
        );
        return;
      case 'stop-timer':
        return clearTimeout(this.#timers.get(effect.timer));
      case 'drop':
        return this.#options.drops.drop(effect.reason, effect.detail);
      case 'chunk':
        return this.#passOn(effect.message.payload, effect.message.meta.contentType);
      case 'end':
        return this.#end(effect.outcome);
      default: {
        const exhaustive: never = effect;
        return exhaustive;
      }
    }
  }

  #end(outcome: Outcome): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    clearTimeout(this.#gapTimer);
    this.#timers.clear();
    // The whole stream goes first; a failure does not wait for a taker that hangs.
    if (outcome.type === 'answered') void this.#passedOn.then(() => this.#settle(outcome));
    else this.#settle(outcome);
  }

  #passOn(chunk: Uint8Array, contentType: string | undefined): void {
    const { onChunk, drops } = this.#options;
    if (onChunk === undefined) return drops.drop('out-of-turn', 'a stream for a caller that takes none');
    this.#passedOn = this.#passedOn
      .then(() => onChunk(chunk, contentType))
      // The caller has left: the rest of the stream has nowhere to go, but the invocation goes on.
      .catch(() => drops.drop('connection-closed', 'a piece of a stream whose caller has left'))
      .then(() => {
        this.#passedOnBytes += chunk.byteLength;
        if (this.#passedOnBytes - this.#creditedBytes >= CREDIT_BYTES) this.#sendCredit();
      });
  }

  /**
   * With each sign of life: a lost credit would stop the stream for ever. So would the loss of all that the session may
   * send ahead, because no later piece shows the gap: when none came since the last beat, the next one is asked for.
   */
  #keepStreaming(): void {
    if (this.#options.onChunk === undefined || this.#state.phase === 'ended') return;
    if (this.#passedOnBytes > 0) this.#sendCredit();
    const { next } = this.#stream;
    if (next === this.#nextAtBeat) this.#ask(next);
    this.#nextAtBeat = next;
  }

  #ask(chunk: number): void {
    this.#asked = chunk;
    this.#options.sendMissing(chunk);
  }

  #sendCredit(): void {
    this.#creditedBytes = this.#passedOnBytes;
    if (this.#state.phase !== 'ended') this.#options.sendCredit(this.#passedOnBytes + STREAM_WINDOW_BYTES);
  }

  #watchGap(): void {
    clearTimeout(this.#gapTimer);
    const { gap } = this.#stream;
    if (gap === undefined || this.#state.phase === 'ended') return;
    // The piece that was asked for has come: what was lost after it is asked for at once.
    if (this.#asked !== undefined && gap > this.#asked) this.#ask(gap);
    this.#gapTimer = setTimeout(() => {
      const { gap: still } = this.#stream;
      if (still === undefined) return;
      this.#ask(still);
      this.#watchGap();
    }, this.#options.timing.missingAfterMs);
  }
}
