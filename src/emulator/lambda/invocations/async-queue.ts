import type { EmulatorClock } from '../../emulator-clock.ts';
import { AwsError } from '../../http/aws-error.ts';
import type { State } from '../../state/state.ts';
import { isStateFailure } from '../../state/state-error.ts';
import type { ResolvedFunction } from '../function-registry.ts';
import type { AsyncInvocations, InvocationOutcome, InvocationService } from '../invocation-service.ts';
import { afterFailure, afterThrottle, beforeTry, type Decision, type Tries } from './async-decision.ts';
import type { AsyncEvent } from './async-event.ts';
import { AsyncEventStore, type KeptEvent } from './async-event-store.ts';
import { Destinations } from './destinations.ts';
import { type EventInvokeConfig, EventInvokeConfigs } from './event-invoke-configs.ts';
import type { EndedEvent } from './invocation-record.ts';
import { PatientWrites } from './patient-writes.ts';
import type { QueueSender } from './queue-sender.ts';

export type AsyncQueueOptions = {
  readonly state: State;
  readonly clock: EmulatorClock;
  readonly service: InvocationService;
  readonly queues: QueueSender;
  readonly onNotice: (text: string) => void;
  /** The state does not take what is written to it. */
  readonly onDefect: (error: unknown) => void;
  /** Whether the state ends with the emulator: what still waits then is told of. @default false */
  readonly ephemeral?: boolean;
  /** Events that run at once, of all functions and of one. */
  readonly running?: { readonly total: number; readonly perFunction: number };
};

/** More would only wait for a process of the function; a function that hangs must not hold up the others. */
const RUNNING = { total: 64, perFunction: 16 };

/** No limits: what a function has that nobody configured. */
const UNCONFIGURED: EventInvokeConfig = { lastModified: 0 };

/**
 * Lambda's queue of asynchronous invocations. An event is kept until it has succeeded or been given up, so it is
 * delivered at least once, in no promised order; one that ran when the emulator ended runs again.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html
 */
export class AsyncQueue implements AsyncInvocations {
  readonly configs: EventInvokeConfigs;
  readonly #options: AsyncQueueOptions;
  readonly #events: AsyncEventStore;
  readonly #destinations: Destinations;
  readonly #writes: PatientWrites;
  readonly #limits: { readonly total: number; readonly perFunction: number };
  /** By function. */
  readonly #running = new Map<string, Set<number>>();
  readonly #deliveries = new Set<Promise<void>>();
  /** Functions with events that are due while the total is reached; the first that waits is the first that goes on. */
  readonly #waiting = new Set<string>();
  readonly #timers = new Map<string, () => void>();
  readonly #endListeners = new Set<(requestId: string) => void>();
  #closing: Promise<void> | undefined;

  constructor(options: AsyncQueueOptions) {
    const { state, clock, service, queues, onNotice } = options;
    this.#options = options;
    this.#limits = options.running ?? RUNNING;
    this.#events = new AsyncEventStore(state);
    this.configs = new EventInvokeConfigs(state);
    this.#writes = new PatientWrites({ clock, onNotice });
    this.#destinations = new Destinations({
      queues,
      writes: this.#writes,
      invokeLater: (event) => this.add(event),
      now: () => clock.now(),
      report: (event) => service.report(event),
      onNotice,
    });
  }

  /** Goes on with what an earlier run of the emulator left. */
  start(): void {
    for (const functionName of this.#events.functions()) this.#deliver(functionName);
  }

  add(event: AsyncEvent): void {
    this.#events.add(event, this.#options.clock.now());
    // Whoever adds it first gets its answer.
    queueMicrotask(() => this.#deliver(event.reference.name));
  }

  functionDeleted(functionName: string): void {
    this.#events.deleteOf(functionName);
    this.configs.functionDeleted(functionName);
    this.#timers.get(functionName)?.();
    this.#timers.delete(functionName);
  }

  /** Called where an invocation has ended, and is not tried again; not where its function is deleted. Gives what ends that. */
  onEnded(listener: (requestId: string) => void): () => void {
    this.#endListeners.add(listener);
    return () => void this.#endListeners.delete(listener);
  }

  /** Whether an invocation waits, or runs. */
  isPending(requestId: string): boolean {
    return this.#events.has(requestId);
  }

  /** Takes nothing more up, and waits for what runs: `InvocationService.close` ends that. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#writes.close();
    await Promise.all(this.#deliveries);
    const { ephemeral = false, onNotice } = this.#options;
    const count = ephemeral ? this.#events.count() : 0;
    if (count > 0) {
      onNotice(
        `Asynchronous invocations that are not tried again, because the emulator was stopped: ${count}`,
      );
    }
  }

  /** Never throws: timers call it. */
  #deliver(functionName: string): void {
    if (this.#closing !== undefined || this.#options.service.isClosing) return;
    try {
      this.#deliverDue(functionName);
    } catch (error) {
      const again = (): void => this.#deliver(functionName);
      if (isStateFailure(error)) void this.#writes.pause(error).then(again);
      else this.#options.onDefect(error);
    }
  }

  #deliverDue(functionName: string): void {
    const running = this.#running.get(functionName) ?? new Set<number>();
    while (running.size < this.#limits.perFunction) {
      if (this.#deliveries.size >= this.#limits.total) {
        this.#waiting.add(functionName);
        return;
      }
      const event = this.#events.nextDue(functionName, this.#options.clock.now(), running);
      if (event === undefined) return this.#wakeLater(functionName);
      running.add(event.id);
      this.#running.set(functionName, running);
      const delivery: Promise<void> = this.#try(event)
        .catch((error: unknown) => this.#cannotTry(event, error))
        .then(() => running.delete(event.id))
        // A defect, and it cannot even be dropped: it keeps its place, and is not tried again before the next start.
        .catch(this.#options.onDefect)
        .then(() => this.#delivered(functionName, delivery));
      this.#deliveries.add(delivery);
    }
  }

  #delivered(functionName: string, delivery: Promise<void>): void {
    this.#deliveries.delete(delivery);
    if (this.#running.get(functionName)?.size === 0) this.#running.delete(functionName);
    const [first] = this.#waiting;
    if (first !== undefined) {
      this.#waiting.delete(first);
      // Its own turn comes after those that have waited longer.
      if (first !== functionName) this.#waiting.add(functionName);
      this.#deliver(first);
    }
    if (this.#deliveries.size < this.#limits.total) {
      this.#waiting.delete(functionName);
      this.#deliver(functionName);
    }
  }

  #wakeLater(functionName: string): void {
    const { clock } = this.#options;
    this.#timers.get(functionName)?.();
    this.#timers.delete(functionName);
    const now = clock.now();
    const dueAt = this.#events.nextDueAfter(functionName, now);
    if (dueAt === undefined) return;
    const cancel = clock.schedule(() => {
      this.#timers.delete(functionName);
      this.#deliver(functionName);
    }, dueAt - now);
    this.#timers.set(functionName, cancel);
  }

  async #try(event: KeptEvent): Promise<void> {
    const { service, clock } = this.#options;
    const { name, qualifier } = event.reference;
    const found = service.registry.find(event.reference);
    const resolved = found instanceof Promise ? await found : found;
    const config = this.configs.get(name, qualifier) ?? UNCONFIGURED;
    const now = clock.now();
    const refusal = beforeTry(event.tries, config, { now, reserved: service.limits.reservedOf(name) });
    if (refusal !== undefined) return this.#decide(event, resolved, config, refusal);
    if (event.tries.attempts === 0) {
      service.report({ type: 'async-age', functionName: name, at: now, ageMs: now - event.tries.receivedAt });
    }
    const { requestId, traceId } = event;
    let outcome: InvocationOutcome;
    try {
      const call = { resolved, requestId, event: event.event, clientContext: undefined, traceId };
      outcome = await service.invoke(call);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return this.#decide(event, resolved, config, this.#afterRefusal(event.tries, config, error));
    }
    const { result } = outcome;
    if (result.status === 'failed') {
      // It waits, as it is, for the next start.
      if (service.isClosing) return;
      // What runs the function has ended: the function has not failed.
      const decide = result.failure === 'aborted' ? afterThrottle : afterFailure;
      return this.#decide(event, resolved, config, decide(event.tries, config, clock.now()), outcome);
    }
    const tries = { ...event.tries, attempts: event.tries.attempts + 1 };
    await this.#end(event, resolved, config, { condition: 'Success', tries }, outcome);
  }

  #afterRefusal(tries: Tries, config: EventInvokeConfig, error: AwsError): Decision {
    if (error.statusCode === 429) return afterThrottle(tries, config, this.#options.clock.now());
    // Stopped for being in a loop: trying again would be the loop.
    return { type: 'give-up', tries, condition: 'RetriesExhausted', refusal: error };
  }

  async #decide(
    event: KeptEvent,
    resolved: ResolvedFunction,
    config: EventInvokeConfig,
    decision: Decision,
    outcome?: InvocationOutcome,
  ): Promise<void> {
    if (decision.type === 'later') {
      const { tries, dueAt } = decision;
      return this.#writes.write(() => this.#events.postpone(event.id, tries, dueAt));
    }
    await this.#end(event, resolved, config, decision, outcome);
  }

  async #end(
    event: KeptEvent,
    resolved: ResolvedFunction,
    config: EventInvokeConfig,
    ending: Pick<EndedEvent, 'condition' | 'refusal'> & { readonly tries: Tries },
    outcome: InvocationOutcome | undefined,
  ): Promise<void> {
    const { service, clock } = this.#options;
    const { name, qualifier = '$LATEST' } = event.reference;
    const { deadLetterArn } = resolved.deployed;
    const { condition, tries, refusal } = ending;
    if (condition !== 'Success') {
      service.report({ type: 'async', functionName: name, at: clock.now(), metric: 'AsyncEventsDropped' });
    }
    const ended: EndedEvent = {
      requestId: event.requestId,
      functionArn: service.registry.arnOf({ name, qualifier }),
      event: event.event,
      attempts: tries.attempts,
      condition,
      ...(refusal === undefined ? {} : { refusal }),
      ...(outcome === undefined ? {} : { result: outcome.result, executedVersion: resolved.version }),
    };
    const traceId = outcome?.traceId ?? event.traceId;
    await this.#destinations.deliver(name, ended, { ...config, deadLetterArn }, traceId);
    // Only now: an emulator that is killed before delivers it again.
    await this.#delete(event);
  }

  async #delete({ id, requestId }: KeptEvent): Promise<void> {
    await this.#writes.write(() => this.#events.delete(id));
    for (const listener of this.#endListeners) listener(requestId);
  }

  /**
   * The function, or its version, is no more; or this is a defect, which must not stop the others. An event whose
   * state could not be read or written is none of that: it was acknowledged, and is tried again.
   */
  async #cannotTry(event: KeptEvent, error: unknown): Promise<void> {
    if (isStateFailure(error)) return this.#writes.pause(error);
    const { service, clock, onNotice } = this.#options;
    const { requestId, reference } = event;
    const functionName = reference.name;
    await this.#delete(event);
    service.report({ type: 'async', functionName, at: clock.now(), metric: 'AsyncEventsDropped' });
    const why = error instanceof Error ? error.message : String(error);
    onNotice(`The asynchronous invocation ${requestId} of ${functionName} is dropped: ${why}`);
  }
}
