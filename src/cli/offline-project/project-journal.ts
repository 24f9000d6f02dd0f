import type { CallEvent } from '../../emulator/call-event.ts';
import type { InvocationEvent } from '../../emulator/lambda/invocation-event.ts';
import type { ObservedCall } from '../../fixtures/expect/observed.ts';
import type { FixedValues, InvocationResult } from '../../runtime/invocation.ts';
import type { SessionEvent } from '../../session/event.ts';
import type { ProjectLogLine } from './project.ts';

/** Lines and calls that are kept, each: the older ones go. */
const KEPT = 10_000;

/** What became known of one invocation while it ran. */
export type JournalRun = {
  /** Of its trace: what it causes carries it on. */
  readonly root: string;
  readonly logs: readonly string[];
  readonly calls: readonly ObservedCall[];
  /** Once it has ended: that of the session, where one ran it. */
  readonly result: InvocationResult | undefined;
};

type Run = {
  readonly root: string;
  readonly fixed: FixedValues | undefined;
  requestId: string | undefined;
  readonly logs: string[];
  readonly calls: ObservedCall[];
  result: InvocationResult | undefined;
};

/** What functions printed and caused, in all and for each invocation that is followed. */
export class ProjectJournal {
  readonly #onLog: (line: ProjectLogLine) => void;
  readonly #runs = new Map<string, Run>();
  /** By the session's id. */
  readonly #offered = new Map<string, Run>();
  #logs: ProjectLogLine[] = [];
  #calls: ObservedCall[] = [];

  constructor(onLog: (line: ProjectLogLine) => void = () => {}) {
    this.#onLog = onLog;
  }

  /** Follows the invocation that begins this trace, until `end`. `fixed` is so in all that it causes. */
  begin(root: string, fixed: FixedValues | undefined): JournalRun {
    const run: Run = { root, fixed, requestId: undefined, logs: [], calls: [], result: undefined };
    this.#runs.set(root, run);
    return run;
  }

  end({ root }: JournalRun): void {
    this.#runs.delete(root);
  }

  /** Undefined as well for what nobody follows. */
  fixedOf(traceId: string | undefined): FixedValues | undefined {
    return this.#runOf(traceId)?.fixed;
  }

  logs(functionName: string | undefined): readonly ProjectLogLine[] {
    return this.#logs.filter((line) => functionName === undefined || line.functionName === functionName);
  }

  calls(): readonly ObservedCall[] {
    return [...this.#calls];
  }

  clear(): void {
    this.#logs = [];
    this.#calls = [];
  }

  readonly onInvocation = (event: InvocationEvent): void => {
    if (event.type !== 'started' && event.type !== 'log' && event.type !== 'ended') return;
    const { requestId, traceId, resolved } = event.call;
    if (event.type === 'log') {
      const line = { functionName: resolved.deployed.spec.name, requestId, text: event.text };
      keep(this.#logs, line);
      this.#onLog(line);
    }
    const run = this.#runOf(traceId);
    if (run === undefined) return;
    // The first in its trace; what it invokes is in the same.
    run.requestId ??= requestId;
    if (run.requestId !== requestId) return;
    if (event.type === 'log') run.logs.push(event.text);
    // What the session knows itself is nearer: without the way to it, and without what it waited for.
    if (event.type === 'ended') run.result ??= event.result;
  };

  readonly onSession = (event: SessionEvent): void => {
    if (event.type === 'offered') {
      const run = [...this.#runs.values()].find(({ requestId }) => requestId === event.requestId);
      if (run !== undefined) this.#offered.set(event.id, run);
      return;
    }
    if (event.type !== 'ended' && event.type !== 'stopped') return;
    const run = this.#offered.get(event.id);
    this.#offered.delete(event.id);
    if (run !== undefined && event.type === 'ended') run.result = event.result;
  };

  readonly onCall = ({ caller, traceId, ...call }: CallEvent): void => {
    // Whoever has other keys than a function's role is no function: a test sends messages, too.
    if (caller !== undefined && caller.type !== 'assumed-role') return;
    keep(this.#calls, call);
    const run = this.#runOf(traceId);
    // MQTT has no trace, and a process one connection for all its invocations: then it may be of any of them.
    for (const each of run === undefined ? this.#runs.values() : [run]) each.calls.push(call);
  };

  #runOf(traceId: string | undefined): Run | undefined {
    const root = /(?:^|;)\s*Root=([^;]+)/.exec(traceId ?? '')?.[1];
    return root === undefined ? undefined : this.#runs.get(root);
  }
}

function keep<T>(kept: T[], one: T): void {
  kept.push(one);
  // In halves: taking the first away moves all the others.
  if (kept.length >= 2 * KEPT) kept.splice(0, KEPT);
}
