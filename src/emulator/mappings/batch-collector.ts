import { LAMBDA } from '../../protocol/limits.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import type { ReceivedMessage } from '../sqs/message.ts';
import type { Queue } from '../sqs/queue.ts';
import { compileFilters } from './filter-criteria.ts';
import type { Mapping } from './mapping.ts';
import { type SqsRecord, sqsRecord } from './sqs-record.ts';

export type CollectedMessage = {
  readonly message: ReceivedMessage;
  /** Its record in the event. */
  readonly json: string;
};

export type BatchCollectorDependencies = {
  readonly mapping: Mapping;
  readonly queue: Queue;
  readonly region: string;
  readonly clock: EmulatorClock;
  readonly signal: AbortSignal;
};

/** SQS gives no more at once. */
const MOST_RECEIVED = 10;
/** A window that is longer than the visibility timeout ends before its first message returns, and is there twice. */
const RETURN_MARGIN_MS = 1000;

/** Gathers batches from a queue: until one is full, or its window is over. It sleeps while there is nothing. */
export class BatchCollector {
  readonly #dependencies: BatchCollectorDependencies;
  readonly #matches: (record: SqsRecord) => boolean;

  constructor(dependencies: BatchCollectorDependencies) {
    this.#dependencies = dependencies;
    this.#matches = compileFilters(dependencies.mapping.filters);
  }

  /** Empty only where all were filtered out, or when the signal is aborted: then what was gathered is given back. */
  async next(): Promise<readonly CollectedMessage[]> {
    const { mapping, clock, queue, signal } = this.#dependencies;
    const batch = await this.#receive(mapping.batchSize);
    const until = clock.now() + mapping.windowSeconds * 1000;
    let bytes = bytesOf(batch);
    while (batch.length > 0 && batch.length < mapping.batchSize && bytes < LAMBDA.requestBytes) {
      const waitMs = Math.min(until, heldUntil(batch) - RETURN_MARGIN_MS) - clock.now();
      if (waitMs <= 0 || signal.aborted) break;
      const more = await this.#receive(mapping.batchSize - batch.length, waitMs);
      batch.push(...more);
      bytes += bytesOf(more);
    }
    if (!signal.aborted) return mapping.windowSeconds === 0 ? batch : this.#heldAnew(batch);
    giveBack(queue, batch);
    return [];
  }

  /** From now on: while the window was open a part of the time has gone that the function has for them. */
  #heldAnew(batch: readonly CollectedMessage[]): readonly CollectedMessage[] {
    const { queue, clock } = this.#dependencies;
    const timeoutMs = queue.settings.visibilityTimeoutMs;
    const visibleAt = clock.now() + timeoutMs;
    queue.changeVisibility(batch.map(({ message }) => ({ handle: message.receiptHandle, timeoutMs })));
    return batch.map(({ message, json }) => ({ message: { ...message, visibleAt }, json }));
  }

  /** What matches no filter is deleted: nobody will ever want it. */
  async #receive(most: number, waitMs?: number): Promise<CollectedMessage[]> {
    const { queue, signal, mapping, region } = this.#dependencies;
    const received = await queue.receiveOrWait(
      { most: Math.min(most, MOST_RECEIVED) },
      { signal, ...(waitMs === undefined ? {} : { waitMs }) },
    );
    const source = { arn: queue.arn, region, hasWindow: mapping.windowSeconds > 0 };
    const records = received.map((message) => ({ message, record: sqsRecord(message, source) }));
    const unwanted = records.filter(({ record }) => !this.#matches(record));
    if (unwanted.length > 0) queue.remove(unwanted.map(({ message }) => message.receiptHandle));
    return records
      .filter((one) => !unwanted.includes(one))
      .map(({ message, record }) => ({ message, json: JSON.stringify(record) }));
  }
}

/** Others may have them at once. */
export function giveBack(queue: Queue, messages: readonly CollectedMessage[]): void {
  queue.changeVisibility(messages.map(({ message }) => ({ handle: message.receiptHandle, timeoutMs: 0 })));
}

function heldUntil(messages: readonly CollectedMessage[]): number {
  return Math.min(...messages.map(({ message }) => message.visibleAt));
}

function bytesOf(messages: readonly CollectedMessage[]): number {
  return messages.reduce((sum, { json }) => sum + Buffer.byteLength(json), 0);
}
