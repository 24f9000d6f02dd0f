import type { DropCounter } from '../protocol/drops.ts';
import { FRAME_BYTES, LOG_BYTES } from '../protocol/limits.ts';
import type { InvocationId, MessageToSession, MessageToStub, Offer, OfferMeta } from '../protocol/message.ts';
import type { QuotaProfile } from '../protocol/quota-profile.ts';
import type { Timing } from '../protocol/timing.ts';
import type { FunctionSpec, InvocationResult, LogLine, Runtime } from '../runtime/invocation.ts';
import { answerMessage } from './answer-message.ts';
import { AnswerStream } from './answer-stream.ts';
import type { SessionEvent } from './event.ts';
import { type FittedAnswer, fitAnswer } from './fit-answer.ts';
import { HandlerTime } from './handler-time.ts';
import {
  acceptOffer,
  reduceSessionInvocation,
  type SessionEffect,
  type SessionInvocation,
  type SessionInvocationEvent,
  type SessionStep,
  type SessionTimer,
} from './invocation.ts';
import { LogTail } from './log-tail.ts';
import { CANCELLED, internalError } from './own-failures.ts';
import type { Refusal } from './refusal.ts';
import { stopEvent } from './stop-event.ts';

export type RunningOptions = {
  readonly offer: Offer;
  readonly spec: FunctionSpec;
  readonly runtime: Runtime;
  readonly timing: Timing;
  readonly drops: DropCounter;
  /** The broker's: an answer that cannot pass it in time becomes an error that says so. */
  readonly quotas: QuotaProfile;
  /** Sealed; kept by whoever may have to send the same bytes again. */
  readonly encode: (message: MessageToStub, number: number) => readonly Uint8Array[];
  /** The signal takes back what still waits to leave. */
  readonly publish: (frames: readonly Uint8Array[], signal?: AbortSignal) => void;
  readonly dispatch: (event: SessionEvent) => void;
  /** It has ended, but its answer is kept for so long; `bytes` is what that costs. */
  readonly onKept: (invocation: RunningInvocation, keepMs: number, bytes: number) => void;
  readonly now: () => number;
};

const NOTHING = new Uint8Array();

/** One invocation on the laptop with its timers and its run: carries out what the reducer decides. */
export class RunningInvocation {
  readonly #options: Omit<RunningOptions, 'offer'>;
  readonly #id: InvocationId;
  readonly #meta: OfferMeta;
  readonly #timers = new Map<SessionTimer, NodeJS.Timeout>();
  /** Nobody waits for it any more: its run ends, and frames that wait for the broker's quotas do not leave. */
  readonly #abort = new AbortController();
  readonly #stream: AnswerStream;
  readonly #first: readonly SessionEffect[];
  readonly #time: HandlerTime;
  #state: SessionInvocation;
  // What is large is let go of as soon as it has been passed on: an answered invocation is kept for minutes.
  #event: Uint8Array | undefined;
  #logs: LogTail | undefined = new LogTail(LOG_BYTES);
  #result: InvocationResult | undefined;
  #answer: readonly Uint8Array[] = [];
  #refusal: Refusal = { code: 'Llx.Refused', message: 'it cannot run here' };
  #beats = 0;

  constructor({ offer, ...options }: RunningOptions) {
    this.#options = options;
    this.#id = offer.id;
    this.#meta = offer.meta;
    this.#event = offer.payload;
    this.#time = new HandlerTime(offer.meta.remainingMs, options.timing);
    this.#stream = new AnswerStream((payload, number, contentType) => {
      const meta = contentType === undefined ? {} : { contentType };
      return this.#sendMessage({ kind: 'chunk', id: offer.id, meta, payload }, number);
    });
    [this.#state, this.#first] = acceptOffer(offer.meta.remainingMs, options.timing);
  }

  start(): void {
    for (const effect of this.#first) this.#carryOut(effect);
  }

  get running(): boolean {
    return this.#state.phase === 'running';
  }

  receive(message: MessageToSession): void {
    if (message.kind === 'missing') this.#sendMissing(message.meta);
    this.dispatch({ type: 'message', message });
  }

  /** The stub sent its offer once more: it has heard nothing yet. */
  offeredAgain(): void {
    this.dispatch({
      type: 'message',
      message: { kind: 'offer', id: this.#id, meta: this.#meta, payload: NOTHING },
    });
  }

  dispatch(event: SessionInvocationEvent): void {
    this.#apply(reduceSessionInvocation(this.#state, event));
  }

  /** Forgets it at once: its answer can no longer be asked for. */
  discard(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#answer = [];
  }

  #apply([state, effects]: SessionStep): void {
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
  }

  #carryOut(effect: SessionEffect): void {
    switch (effect.type) {
      case 'run':
        this.#run().then(
          (result) => this.#finish(result),
          // A defect of ours must not leave the caller without an answer.
          (error: unknown) => this.#finish(internalError(error)),
        );
        return;
      case 'stop':
        return this.#stop(effect);
      case 'send':
        return this.#send(effect.kind);
      case 'take-back':
        return this.#takeBack();
      case 'credit':
        return this.#stream.allow(effect.bytes);
      case 'start-timer':
        return this.#startTimer(effect.timer, effect.afterMs);
      case 'stop-timer':
        return clearTimeout(this.#timers.get(effect.timer));
      case 'drop':
        return this.#options.drops.drop(effect.reason, effect.detail);
      case 'forget':
        return this.discard();
      default: {
        const exhaustive: never = effect;
        return exhaustive;
      }
    }
  }

  async #run(): Promise<InvocationResult> {
    const { spec, runtime, dispatch } = this.#options;
    const meta = this.#meta;
    const event = this.#event ?? NOTHING;
    this.#event = undefined;
    return await runtime.invoke(spec, {
      requestId: meta.requestId,
      invokedFunctionArn: meta.invokedFunctionArn,
      functionVersion: meta.functionVersion,
      event,
      remainingMs: this.#time.runMs,
      logGroupName: meta.logGroupName,
      logStreamName: meta.logStreamName,
      ...(meta.clientContext === undefined ? {} : { clientContext: meta.clientContext }),
      ...(meta.identity === undefined ? {} : { identity: meta.identity }),
      ...(meta.traceId === undefined ? {} : { traceId: meta.traceId }),
      ...(meta.streaming === undefined ? {} : { streaming: meta.streaming }),
      onLog: (line) => this.#log(line),
      onProgress: (step) => dispatch({ type: 'progress', id: this.#id, step, at: this.#options.now() }),
      ...(meta.streaming === false ? {} : this.#streamListeners()),
      signal: this.#abort.signal,
    });
  }

  #finish(result: InvocationResult): void {
    if (!this.running) return;
    const { dispatch, now } = this.#options;
    const cannotRun = result.status === 'failed' && result.failure === 'streaming';
    if (cannotRun) {
      this.#refusal = { code: result.errorType, message: new TextDecoder().decode(result.payload) };
    }
    this.#result = result;
    const large = result.payload.byteLength > FRAME_BYTES;
    this.dispatch(cannotRun ? { type: 'refused' } : { type: 'finished', large });
    // What the caller sees, which may be an error in place of it.
    const seen = this.#result;
    this.#result = undefined;
    this.#logs = undefined;
    if (this.#state.phase === 'closed') {
      dispatch({ type: 'stopped', id: this.#id, at: now(), phase: 'refused', reason: this.#refusal.message });
    } else {
      const streamed = this.#stream.takeAnswer();
      dispatch({ type: 'ended', id: this.#id, at: now(), result: seen, ...(streamed && { streamed }) });
    }
  }

  #fit(result: InvocationResult): FittedAnswer {
    const { encode, quotas, timing } = this.#options;
    this.#stream.flush();
    const number = this.#stream.count;
    return fitAnswer(result, this.#logs ?? { lines: [], leftOut: 0 }, {
      encode: (fitted, logs) => encode(answerMessage(this.#id, fitted, logs, number), number),
      // The stub gives up a third of the margin early.
      leftMs: this.#time.leftMs - timing.deadlineMarginMs / 3,
      quotas,
    });
  }

  #sendMessage(message: MessageToStub, number: number): readonly Uint8Array[] {
    const frames = this.#options.encode(message, number);
    this.#publish(frames);
    return frames;
  }

  #publish(frames: readonly Uint8Array[]): void {
    this.#options.publish(frames, this.#abort.signal);
  }

  #takeBack(): void {
    this.#abort.abort();
    this.#stream.close();
    this.#answer = [];
  }

  #stop(effect: Extract<SessionEffect, { type: 'stop' }>): void {
    const { dispatch, now, spec } = this.#options;
    this.#takeBack();
    const { requestId } = this.#meta;
    dispatch(stopEvent(effect, { id: this.#id, at: now(), requestId, spec, time: this.#time }));
  }

  #send(kind: 'claim' | 'beat' | 'answer' | 'refuse' | 'unknown' | 'cancelled'): void {
    const { dispatch, now, encode, publish } = this.#options;
    const send = (message: MessageToStub, number: number) => this.#sendMessage(message, number);
    // What is said of an end outlives it.
    const sendLast = (message: MessageToStub) => publish(encode(message, 0));
    const id = this.#id;
    const beatIntervalMs =
      this.#state.phase === 'running' ? this.#state.beatIntervalMs : this.#options.timing.beatIntervalMs;
    switch (kind) {
      case 'claim':
        // Said again when the stub has not heard it; shown once.
        if (this.#beats === 0) dispatch({ type: 'claimed', id, at: now() });
        send({ kind, id, meta: { beatIntervalMs }, payload: NOTHING }, this.#beats++);
        return;
      case 'beat':
        send({ kind, id, meta: { beatIntervalMs }, payload: NOTHING }, this.#beats++);
        return;
      case 'refuse':
        return sendLast({ kind, id, meta: this.#refusal, payload: NOTHING });
      case 'unknown':
        return sendLast({ kind, id, meta: {}, payload: NOTHING });
      case 'answer':
        if (this.#answer.length === 0 && this.#result !== undefined)
          ({ frames: this.#answer, result: this.#result } = this.#fit(this.#result));
        return this.#publish(this.#answer);
      case 'cancelled':
        return sendLast({
          kind: 'error',
          id,
          meta: { durationMs: 0, logs: this.#logs?.lines ?? [] },
          payload: CANCELLED,
        });
      default: {
        const exhaustive: never = kind;
        return exhaustive;
      }
    }
  }

  #sendMissing(meta: Extract<MessageToSession, { kind: 'missing' }>['meta']): void {
    const frames = meta.kind === 'chunk' ? this.#stream.frames(meta.number) : this.#answer;
    const wanted = meta.sequences.flatMap((sequence) => frames[sequence] ?? []);
    this.#publish(meta.sequences.length === 0 ? frames : wanted);
  }

  #startTimer(timer: SessionTimer, afterMs: number): void {
    if (timer === 'forget') {
      const bytes = this.#answer.reduce((sum, frame) => sum + frame.byteLength, this.#stream.keptBytes);
      return this.#options.onKept(this, afterMs, bytes);
    }
    clearTimeout(this.#timers.get(timer));
    this.#timers.set(
      timer,
      setTimeout(() => this.dispatch({ type: 'timer', timer }), afterMs),
    );
  }

  #streamListeners() {
    return {
      onContentType: (contentType: string) => {
        this.#stream.contentType = contentType;
      },
      onChunk: (chunk: Uint8Array) => this.#stream.write(chunk),
    };
  }

  #log(line: LogLine): void {
    this.#logs?.add(line.text);
    this.#options.dispatch({ type: 'log', id: this.#id, line });
  }
}
