import { LAMBDA } from '../../../protocol/limits.ts';
import { isStateFailure } from '../../state/state-error.ts';
import { parseFunctionName } from '../function-name.ts';
import type { InvocationEvent } from '../invocation-event.ts';
import type { AsyncEvent } from './async-event.ts';
import { deadLetter, destinationRecord, type EndedEvent } from './invocation-record.ts';
import type { PatientWrites } from './patient-writes.ts';
import type { QueueSender } from './queue-sender.ts';

export type DestinationTargets = {
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  readonly deadLetterArn?: string | undefined;
};

/** Takes what asynchronous invocations leave behind to queues and functions. */
export class Destinations {
  readonly #queues: QueueSender;
  readonly #invokeLater: (event: AsyncEvent) => void;
  readonly #writes: PatientWrites;
  readonly #now: () => number;
  readonly #report: (event: InvocationEvent) => void;
  readonly #onNotice: (text: string) => void;

  constructor(options: {
    readonly queues: QueueSender;
    readonly invokeLater: (event: AsyncEvent) => void;
    readonly writes: PatientWrites;
    /** Epoch milliseconds. */
    readonly now: () => number;
    readonly report: (event: InvocationEvent) => void;
    readonly onNotice: (text: string) => void;
  }) {
    this.#queues = options.queues;
    this.#invokeLater = options.invokeLater;
    this.#writes = options.writes;
    this.#now = options.now;
    this.#report = options.report;
    this.#onNotice = options.onNotice;
  }

  /**
   * Where it cannot go, it is counted and told: as on AWS, nobody tries again. Rejects only where the state refuses
   * until the emulator ends.
   */
  async deliver(
    functionName: string,
    ended: EndedEvent,
    targets: DestinationTargets,
    traceId: string | undefined,
  ): Promise<void> {
    const { deadLetterArn, onSuccess, onFailure } = targets;
    const destination = ended.condition === 'Success' ? onSuccess : onFailure;
    if (destination !== undefined) {
      await this.#sendRecord(functionName, ended, destination, traceId).catch((error) =>
        this.#failed(functionName, ended, destination, 'DestinationDeliveryFailures', error),
      );
    }
    if (deadLetterArn !== undefined && ended.condition !== 'Success') {
      const message = { ...deadLetter(ended), ...(traceId === undefined ? {} : { traceHeader: traceId }) };
      await this.#writes
        .write(() => this.#queues.send(deadLetterArn, message))
        .catch((error) => this.#failed(functionName, ended, deadLetterArn, 'DeadLetterErrors', error));
    }
  }

  async #sendRecord(
    functionName: string,
    ended: EndedEvent,
    destination: string,
    traceId: string | undefined,
  ): Promise<void> {
    const body = destinationRecord(ended, this.#now());
    if (isQueueArn(destination)) {
      const message = { body, ...(traceId === undefined ? {} : { traceHeader: traceId }) };
      return this.#writes.write(() => this.#queues.send(destination, message));
    }
    const event = Buffer.from(body);
    if (event.length > LAMBDA.asyncRequestBytes) {
      throw new RangeError(
        `expected a record of ${functionName} of at most ${LAMBDA.asyncRequestBytes} bytes, got ${event.length}`,
      );
    }
    const requestId = crypto.randomUUID();
    const later = { reference: parseFunctionName(destination), requestId, event, traceId };
    await this.#writes.write(() => this.#invokeLater(later));
  }

  #failed(
    functionName: string,
    { requestId }: EndedEvent,
    target: string,
    metric: 'DestinationDeliveryFailures' | 'DeadLetterErrors',
    error: unknown,
  ): void {
    if (isStateFailure(error)) throw error;
    this.#report({ type: 'async', functionName, at: this.#now(), metric });
    const why = error instanceof Error ? error.message : String(error);
    this.#onNotice(`What invocation ${requestId} of ${functionName} left did not reach ${target}: ${why}`);
  }
}

export function isQueueArn(arn: string): boolean {
  return /^arn:aws[a-z-]*:sqs:/.test(arn);
}
