import { clockDelay } from '../clock-delay.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import { AwsError } from '../http/aws-error.ts';
import type { FunctionSource } from '../lambda/function-source.ts';
import type { InvocationCall, InvocationOutcome } from '../lambda/invocation-service.ts';
import type { ReceivedMessage } from '../sqs/message.ts';
import type { Queue } from '../sqs/queue.ts';
import { batchChunks, batchEvent } from './batch-chunks.ts';
import { BatchCollector, type CollectedMessage, giveBack } from './batch-collector.ts';
import { doneMessages } from './batch-outcome.ts';
import { functionOf, type Mapping } from './mapping.ts';

export type PollerDependencies = {
  readonly mapping: Mapping;
  readonly queue: Queue;
  readonly region: string;
  readonly clock: EmulatorClock;
  readonly functions: FunctionSource;
  /** @throws AwsError where nothing ran: 429 above the limits of concurrency, 400 for a loop */
  readonly invoke: (call: InvocationCall) => Promise<InvocationOutcome>;
  readonly onNotice: (text: string) => void;
};

/** Lambda begins with this many: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html */
const CONCURRENCY = 5;
const MISSING_FUNCTION_MS = 5000;
const RECEIVE_AGAIN_MS = 5000;
const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 60_000;

/** Takes batches from a queue to a function, as many at once as its mapping allows, until it is closed. */
export class Poller {
  readonly #dependencies: PollerDependencies;
  readonly #collector: BatchCollector;
  readonly #closing = new AbortController();
  readonly #batches = new Set<Promise<void>>();
  readonly #polling: Promise<void>;

  constructor(dependencies: PollerDependencies) {
    this.#dependencies = dependencies;
    this.#collector = new BatchCollector({ ...dependencies, signal: this.#closing.signal });
    this.#polling = this.#poll();
  }

  /** Takes no more, and waits for the batches that run. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#polling;
    await Promise.all(this.#batches);
  }

  async #poll(): Promise<void> {
    const { mapping } = this.#dependencies;
    while (!this.#closing.signal.aborted) {
      const batch = await this.#next();
      if (batch.length === 0) continue;
      const running = this.#process(batch).finally(() => this.#batches.delete(running));
      this.#batches.add(running);
      if (this.#batches.size >= (mapping.maximumConcurrency ?? CONCURRENCY))
        await Promise.race(this.#batches);
    }
  }

  /** Nothing while there is no such function. Never rejects: what hinders it, such as a full disk, may pass. */
  async #next(): Promise<readonly CollectedMessage[]> {
    const { mapping, functions, clock, onNotice } = this.#dependencies;
    try {
      if (functions.resolve(functionOf(mapping)) !== undefined) return await this.#collector.next();
      await clockDelay(clock, MISSING_FUNCTION_MS, this.#closing.signal);
    } catch (error) {
      onNotice(
        `The event source mapping ${mapping.uuid} of ${mapping.functionName} cannot receive: ${messageOf(error)}`,
      );
      await clockDelay(clock, RECEIVE_AGAIN_MS, this.#closing.signal);
    }
    return [];
  }

  /** Never rejects. */
  async #process(batch: readonly CollectedMessage[]): Promise<void> {
    const { queue, mapping, onNotice } = this.#dependencies;
    try {
      for (const chunk of batchChunks(batch)) {
        if (this.#closing.signal.aborted) {
          giveBack(queue, chunk);
          continue;
        }
        const done = new Set(await this.#invoke(chunk));
        queue.remove(
          chunk
            .filter(({ message }) => done.has(message.messageId))
            .map(({ message }) => message.receiptHandle),
        );
        // What comes behind a failure in its group must not overtake it.
        if (queue.settings.fifo && done.size < chunk.length) return;
      }
    } catch (error) {
      onNotice(`A batch from ${queue.arn} for ${mapping.functionName} was given up: ${messageOf(error)}`);
    }
  }

  /** The ids of the messages that are done. Those of a function that is throttled wait while they are held. */
  async #invoke(chunk: readonly CollectedMessage[]): Promise<readonly string[]> {
    const { mapping, functions, invoke, clock, queue } = this.#dependencies;
    const messages = chunk.map(({ message }) => message);
    const messageIds = messages.map(({ messageId }) => messageId);
    const heldUntil = Math.min(...messages.map(({ visibleAt }) => visibleAt));
    const event = batchEvent(chunk);
    for (let backoffMs = FIRST_BACKOFF_MS; ; backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS)) {
      const resolved = functions.resolve(functionOf(mapping));
      if (resolved === undefined) return [];
      try {
        const { result } = await invoke({
          resolved,
          requestId: crypto.randomUUID(),
          event,
          clientContext: undefined,
          traceId: traceOf(messages),
        });
        if (result.status === 'failed' && result.failure === 'aborted') {
          // The emulator ends, which is none of the messages' fault: no other batch is taken.
          this.#closing.abort();
          giveBack(queue, chunk);
        }
        return doneMessages(result, messageIds, mapping.reportsFailures);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        // A loop is ended: its messages go to the dead-letter queue, and without one they are dropped.
        // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        if (error.type === 'RecursiveInvocationException') return queue.settings.redrive ? [] : messageIds;
        if (error.statusCode !== 429 || clock.now() + backoffMs >= heldUntil) return [];
        await clockDelay(clock, backoffMs, this.#closing.signal);
        if (this.#closing.signal.aborted) return [];
      }
    }
  }
}

/** The lineage of a chain of functions passes through the queue. */
function traceOf(messages: readonly ReceivedMessage[]): string | undefined {
  return messages.find(({ details }) => details.traceHeader !== undefined)?.details.traceHeader;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
