import type { DropCounter } from '../protocol/drops.ts';
import { LOG_BYTES } from '../protocol/limits.ts';
import type { AnswerMeta, MessageToSession, MessageToStub, Offer } from '../protocol/message.ts';
import type { Timing } from '../protocol/timing.ts';
import type { FunctionSpec, InvocationResult, LogLine, Runtime } from '../runtime/invocation.ts';
import { AnswerStream } from './answer-stream.ts';
import type { SessionEvent } from './event.ts';
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

export type Refusal = { readonly code: string; readonly message: string };

export type RunningOptions = {
  readonly offer: Offer;
  readonly spec: FunctionSpec;
  readonly runtime: Runtime;
  readonly timing: Timing;
  readonly drops: DropCounter;
  /** Encodes and publishes; gives the frames, so that the same bytes can be sent again. */
  readonly send: (message: MessageToStub, number: number) => readonly Uint8Array[];
  readonly sendAgain: (frames: readonly Uint8Array[]) => void;
  readonly dispatch: (event: SessionEvent) => void;
  /** It has ended, but its answer is kept for so long; `bytes` is what that costs. */
  readonly onKept: (invocation: RunningInvocation, keepMs: number, bytes: number) => void;
  readonly now: () => number;
};

const NOTHING = new Uint8Array();

/** One invocation on the laptop with its timers and its run: carries out what the reducer decides. */
export class RunningInvocation {
  readonly #options: RunningOptions;
  readonly #timers = new Map<SessionTimer, NodeJS.Timeout>();
  readonly #abort = new AbortController();
  readonly #logs = new LogTail(LOG_BYTES);
  readonly #stream: AnswerStream;
  readonly #first: readonly SessionEffect[];
  #state: SessionInvocation;
  #result: InvocationResult | undefined;
  #answer: readonly Uint8Array[] = [];
  #refusal: Refusal = { code: 'Llx.Refused', message: 'it cannot run here' };
  #beats = 0;

  constructor(options: RunningOptions) {
    this.#options = options;
    this.#stream = new AnswerStream((payload, number, contentType) => {
      const meta = contentType === undefined ? {} : { contentType };
      return options.send({ kind: 'chunk', id: options.offer.id, meta, payload }, number);
    });
    [this.#state, this.#first] = acceptOffer(options.offer.meta.remainingMs, options.timing);
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
    this.dispatch({ type: 'message', message: this.#options.offer });
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
        void this.#run();
        return;
      case 'stop':
        return this.#stop(effect.phase, effect.reason);
      case 'send':
        return this.#send(effect.kind);
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

  async #run(): Promise<void> {
    const { offer, spec, runtime, dispatch, timing } = this.#options;
    const { meta } = offer;
    const result = await runtime.invoke(spec, {
      requestId: meta.requestId,
      invokedFunctionArn: meta.invokedFunctionArn,
      functionVersion: meta.functionVersion,
      event: offer.payload,
      // Early enough that the answer and its log lines are there before Lambda's own deadline.
      remainingMs: Math.max(1, meta.remainingMs - Math.min(timing.deadlineMarginMs, meta.remainingMs / 4)),
      logGroupName: meta.logGroupName,
      logStreamName: meta.logStreamName,
      ...(meta.clientContext === undefined ? {} : { clientContext: meta.clientContext }),
      ...(meta.identity === undefined ? {} : { identity: meta.identity }),
      ...(meta.traceId === undefined ? {} : { traceId: meta.traceId }),
      ...(meta.streaming === undefined ? {} : { streaming: meta.streaming }),
      onLog: (line) => this.#log(line),
      onProgress: (step) => dispatch({ type: 'progress', id: offer.id, step, at: this.#options.now() }),
      ...(meta.streaming === false ? {} : this.#streamListeners()),
      signal: this.#abort.signal,
    });
    if (!this.running) return;
    this.#finish(result);
  }

  #finish(result: InvocationResult): void {
    const { offer, dispatch, now } = this.#options;
    if (result.status === 'failed' && result.failure === 'streaming') {
      this.#refusal = { code: result.errorType, message: new TextDecoder().decode(result.payload) };
      if (this.#state.phase === 'running' && !this.#state.claimed) {
        dispatch({
          type: 'stopped',
          id: offer.id,
          at: now(),
          phase: 'refused',
          reason: this.#refusal.message,
        });
        this.dispatch({ type: 'refused' });
        return;
      }
    }
    this.#result = result;
    this.dispatch({ type: 'finished' });
    dispatch({ type: 'ended', id: offer.id, at: now(), result });
  }

  #answerMessage(result: InvocationResult): MessageToStub {
    const { id } = this.#options.offer;
    const meta: AnswerMeta = {
      durationMs: result.durationMs,
      ...(result.initMs === undefined ? {} : { initMs: result.initMs }),
      logs: this.#logs.lines,
      ...(this.#logs.leftOut === 0 ? {} : { logsLeftOut: this.#logs.leftOut }),
    };
    const failed = result.status === 'failed';
    if (this.#stream.count > 0 || (!failed && result.streamed)) {
      return { kind: 'end', id, meta: { ...meta, failed }, payload: failed ? result.payload : NOTHING };
    }
    return { kind: failed ? 'error' : 'result', id, meta, payload: result.payload };
  }

  #stop(phase: 'withdrawn' | 'cancelled', reason: string): void {
    const { offer, dispatch, now } = this.#options;
    this.#abort.abort();
    this.#stream.close();
    dispatch({ type: 'stopped', id: offer.id, at: now(), phase, reason });
  }

  #send(kind: 'claim' | 'beat' | 'answer' | 'refuse' | 'unknown' | 'cancelled'): void {
    const { send, sendAgain, offer, dispatch, now } = this.#options;
    const { id } = offer;
    const beatIntervalMs =
      this.#state.phase === 'running' ? this.#state.beatIntervalMs : this.#options.timing.beatIntervalMs;
    switch (kind) {
      case 'claim':
        dispatch({ type: 'claimed', id, at: now() });
        send({ kind, id, meta: { beatIntervalMs }, payload: NOTHING }, this.#beats++);
        return;
      case 'beat':
        send({ kind, id, meta: { beatIntervalMs }, payload: NOTHING }, this.#beats++);
        return;
      case 'refuse':
        send({ kind, id, meta: this.#refusal, payload: NOTHING }, 0);
        return;
      case 'unknown':
        send({ kind, id, meta: {}, payload: NOTHING }, 0);
        return;
      case 'answer':
        if (this.#answer.length > 0) sendAgain(this.#answer);
        else if (this.#result !== undefined)
          this.#answer = send(this.#answerMessage(this.#result), this.#stream.count);
        return;
      case 'cancelled':
        send({ kind: 'error', id, meta: { durationMs: 0, logs: this.#logs.lines }, payload: CANCELLED }, 0);
        return;
      default: {
        const exhaustive: never = kind;
        return exhaustive;
      }
    }
  }

  #sendMissing(meta: Extract<MessageToSession, { kind: 'missing' }>['meta']): void {
    const frames = meta.kind === 'chunk' ? this.#stream.frames(meta.number) : this.#answer;
    const wanted = meta.sequences.flatMap((sequence) => frames[sequence] ?? []);
    this.#options.sendAgain(meta.sequences.length === 0 ? frames : wanted);
  }

  #startTimer(timer: SessionTimer, afterMs: number): void {
    if (timer === 'forget') {
      const bytes = this.#answer.reduce((sum, frame) => sum + frame.byteLength, 0);
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
    this.#logs.add(line.text);
    this.#options.dispatch({ type: 'log', id: this.#options.offer.id, line });
  }
}

const CANCELLED = new TextEncoder().encode(
  JSON.stringify({
    errorType: 'Llx.Cancelled',
    errorMessage: 'the session that ran this invocation was stopped',
    trace: [],
  }),
);
