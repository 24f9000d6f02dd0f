import type { DropReason } from '../../../protocol/drops.ts';
import { OBSERVE_BYTES } from '../../../protocol/limits.ts';
import type { FunctionSpec, InvocationResult } from '../../../runtime/invocation.ts';
import {
  abortedFailure,
  exitFailure,
  type Failure,
  timeoutFailure,
  timeoutLogLine,
} from '../../../runtime/outcome.ts';
import type { InvocationTarget } from '../invocation-service.ts';
import { failureKind, type HostCall, type HostOutcome } from './host-call.ts';
import type { FromHost, ToHost } from './host-message.ts';
import { type HostEnd, HostProcess } from './host-process.ts';
import { LATE_ANSWER_MS } from './late-answer.ts';

export type StubHostOptions = {
  /** dist/stub-host.mjs */
  readonly hostFile: string;
  /** dist/stub/index.mjs: the file that would be deployed. */
  readonly stubFile: string;
  /** Runs the deployed handler, when the stub decides for it. */
  readonly deployed: InvocationTarget;
  /** `reason` is a DropReason of this process or of the stubs. */
  readonly onDrop: (reason: string, detail: string) => void;
  readonly onNotice: (text: string) => void;
  /** Of stubs, beside an invocation's time. @default LATE_ANSWER_MS */
  readonly lateAnswerMs?: number;
  /** What runs `hostFile`. @default process.execPath */
  readonly program?: string;
};

export type HostPlace = {
  /** The emulator's HTTP API, for GetRetainedMessage. */
  readonly endpoint: string;
  /** Whether the broker has quotas. */
  readonly paced: boolean;
  /** What a function's environment has for its stub: credentials in it hold as long as the emulator runs. */
  readonly environmentOf: (spec: FunctionSpec) => Readonly<Record<string, string>>;
};

/**
 * One process in which the stubs of all functions run: what Lambda's execution environments are on AWS.
 * A host that dies fails what it was doing, as a crashed environment would, and is started again.
 */
export class StubHost {
  readonly #options: StubHostOptions;
  readonly #calls = new Map<number, HostCall>();
  #process: HostProcess | undefined;
  #nextCall = 1;
  #closing: Promise<void> | undefined;
  #place: HostPlace | undefined;
  /** ARNs of the functions that the process knows. */
  readonly #introduced = new Set<string>();

  /** Starts the process at once: it boots while the emulator opens its ports. */
  constructor(options: StubHostOptions) {
    this.#options = options;
    this.#start();
  }

  /** Where its stubs find the broker and the emulator. Before the first invocation. */
  connect(place: HostPlace): void {
    this.#place = place;
  }

  /** Their stubs connect now, as Lambda's init would; a stub that is invoked before does so then. */
  prepare(specs: readonly FunctionSpec[]): void {
    for (const spec of specs) this.#introduce(spec);
  }

  readonly invoke: InvocationTarget = async (call, { remainingMs, onLog, signal, stream }) => {
    const { spec, logGroupName, logStreamName } = call.resolved.deployed;
    const { lateAnswerMs = LATE_ANSWER_MS } = this.#options;
    const startedAt = performance.now();
    // A caller that comes while the emulator ends must not hold it up.
    if (this.#closing || signal.aborted)
      return { durationMs: 0, coldStart: false, ...abortedFailure(call.requestId) };
    if (this.#process === undefined) this.#start();
    this.#introduce(spec);
    const id = this.#nextCall++;
    const hungUp = (): void => this.#abort(id);
    signal.addEventListener('abort', hungUp, { once: true });
    const answered = new Promise<InvocationResult>((settle) => {
      // Lambda ends the environment when the time is over, whatever the stub is doing.
      const timer = setTimeout(() => this.#timeOut(id), remainingMs + lateAnswerMs);
      const deadline = startedAt + remainingMs;
      this.#calls.set(id, { call, startedAt, deadline, onLog, signal, stream, timer, settle });
      this.#send(
        {
          type: 'invoke',
          call: id,
          arn: spec.arn,
          requestId: call.requestId,
          invokedFunctionArn: call.resolved.invokedArn,
          functionName: spec.name,
          functionVersion: call.resolved.version,
          memoryLimitInMB: String(spec.memoryMb),
          logGroupName,
          logStreamName,
          remainingMs,
          ...(call.clientContext === undefined ? {} : { clientContext: call.clientContext }),
          ...(call.traceId === undefined ? {} : { traceId: call.traceId }),
          ...(stream === undefined ? {} : { live: true }),
        },
        call.event,
      );
    });
    return answered.finally(() => signal.removeEventListener('abort', hungUp));
  };

  /** Answers every call as `aborted` and ends the process. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#process?.close() ?? Promise.resolve();
    this.#failAll(abortedFailure);
    return this.#closing;
  }

  #start(): void {
    const { program, hostFile, stubFile } = this.#options;
    const host = new HostProcess({
      program,
      hostFile,
      stubFile,
      onMessage: (message, body) => this.#receive(message, body),
      onEnd: (end) => this.#ended(host, end),
    });
    this.#process = host;
    this.#introduced.clear();
  }

  /** Says what the process must know of a function. */
  #introduce(spec: FunctionSpec): void {
    const place = this.#place;
    if (place === undefined || this.#introduced.has(spec.arn)) return;
    const { environmentOf, ...facts } = place;
    this.#introduced.add(spec.arn);
    this.#send({ type: 'function', arn: spec.arn, environment: environmentOf(spec), ...facts });
  }

  #ended(host: HostProcess, { status, reason }: HostEnd): void {
    if (host !== this.#process) return;
    this.#process = undefined;
    this.#failAll((requestId) =>
      status === undefined ? abortedFailure(requestId) : exitFailure(status, requestId),
    );
    if (this.#closing) return;
    const how = status === undefined ? 'could not be started' : 'ended';
    this.#options.onNotice(
      `The process that runs the stubs ${how} (${reason}); the next invocation starts it again.`,
    );
  }

  #receive(message: FromHost, body: Buffer): void {
    switch (message.type) {
      case 'dropped':
        return this.#options.onDrop(message.reason, message.detail);
      case 'notice':
        return this.#options.onNotice(message.text);
      case 'log': {
        const call = this.#calls.get(message.call);
        return call === undefined ? this.#dropLate('a log line') : call.onLog(message.text);
      }
      case 'chunk':
        return this.#passOn(message.call, body, message.contentType);
      case 'deployed':
        return this.#runDeployed(message.call, message.observed);
      case 'answer':
        return this.#settle(message.call, {
          status: 'succeeded',
          payload: body,
          streamed: message.streamed,
          run: message.run,
        });
      case 'failed':
        return this.#settle(message.call, {
          status: 'failed',
          failure: failureKind(message.errorType),
          errorType: message.errorType,
          payload: body,
          ...(message.run === undefined ? {} : { run: message.run }),
        });
      default: {
        const exhaustive: never = message;
        return exhaustive;
      }
    }
  }

  #passOn(id: number, chunk: Uint8Array, contentType: string | undefined): void {
    const stream = this.#calls.get(id)?.stream;
    if (stream === undefined) return this.#dropLate('a piece of an answer');
    if (contentType !== undefined) stream.onContentType(contentType);
    stream.onChunk(chunk).then(
      () => this.#send({ type: 'taken', call: id }),
      () => this.#abort(id),
    );
  }

  /** Nobody waits for the answer any more. */
  #abort(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#send({ type: 'abandon', call: id });
    this.#settle(id, abortedFailure(call.call.requestId));
  }

  #runDeployed(id: number, observed: boolean): void {
    const call = this.#take(id);
    if (call === undefined) return this.#dropLate('the decision for the deployed handler');
    const { onLog, signal, stream, deadline, startedAt } = call;
    const now = performance.now();
    const { timeoutMs } = call.call.resolved.deployed.spec;
    const remainingMs = Math.max(0, Math.min(timeoutMs, deadline - now));
    const run = { remainingMs, onLog, signal, ...(stream === undefined ? {} : { stream }) };
    call.settle(
      this.#options.deployed(call.call, run).then((result) => {
        if (observed) this.#sendObserved(id, result);
        // To Lambda it is one invocation: the time of the stub is the function's.
        return { ...result, durationMs: now - startedAt + result.durationMs };
      }),
    );
  }

  /** The stub copies no more of an answer than this. */
  #sendObserved(call: number, { payload, durationMs, ...result }: InvocationResult): void {
    const failed = result.status === 'failed';
    const streamed = result.status === 'succeeded' && result.streamed;
    const bytes = payload.byteLength;
    this.#send(
      { type: 'observed', call, failed, streamed, durationMs, bytes },
      payload.subarray(0, OBSERVE_BYTES),
    );
  }

  #settle(id: number, outcome: HostOutcome): void {
    const call = this.#take(id);
    if (call === undefined) return this.#dropLate('an answer');
    const { run = {}, ...facts } = outcome;
    // As Lambda counts: the time of an init is beside the duration, not in it.
    const durationMs = Math.max(0, performance.now() - call.startedAt - (run.initMs ?? 0));
    call.settle({ durationMs, coldStart: run.initMs !== undefined, ...run, ...facts });
  }

  #take(id: number): HostCall | undefined {
    const call = this.#calls.get(id);
    if (call === undefined) return undefined;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    return call;
  }

  #timeOut(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#send({ type: 'abandon', call: id });
    const { requestId } = call.call;
    const { timeoutMs } = call.call.resolved.deployed.spec;
    call.onLog(timeoutLogLine(new Date(), timeoutMs, requestId));
    this.#settle(id, timeoutFailure(timeoutMs, requestId));
  }

  #failAll(failure: (requestId: string) => Failure): void {
    for (const [id, { call }] of [...this.#calls]) this.#settle(id, failure(call.requestId));
  }

  #send(message: ToHost, body?: Uint8Array): void {
    if (this.#process?.send(message, body) === true) return;
    this.#drop('connection-closed', `${message.type} for a process of stubs that has ended`);
  }

  #dropLate(what: string): void {
    this.#drop('invocation-ended', `${what} of the stub after Lambda had given up`);
  }

  #drop(reason: DropReason, detail: string): void {
    this.#options.onDrop(reason, detail);
  }
}
