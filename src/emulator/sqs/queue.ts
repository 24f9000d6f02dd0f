import type { EmulatorClock } from '../emulator-clock.ts';
import { AwsError } from '../http/aws-error.ts';
import type { State } from '../state/state.ts';
import { contentId, Deduplications } from './deduplications.ts';
import { checkVisibilityChange, type Delivery, deletes, deliver, unavailable } from './delivery.ts';
import { InFlightLimit, MOST_IN_FLIGHT } from './in-flight-limit.ts';
import { asNew, type NewMessage, type ReceivedMessage, type StoredMessage } from './message.ts';
import type { MessageCounts } from './message-store.ts';
import type { QueueSettings } from './queue-attributes.ts';
import { QueueContents } from './queue-contents.ts';
import { parseReceiptHandle } from './receipt-handle.ts';
import { ReceiveAttempts } from './receive-attempts.ts';
import { isExhausted } from './redrive-policy.ts';
import { sqsError } from './sqs-error.ts';
import { WaitingReceives, type WaitOptions } from './waiting-receives.ts';

export type QueueDependencies = {
  readonly id: number;
  readonly arn: string;
  readonly settings: QueueSettings;
  readonly state: State;
  readonly clock: EmulatorClock;
  readonly findQueue: (arn: string) => Queue | undefined;
};

export type SentMessage = {
  readonly messageId: string;
  readonly sequence: number;
};

export type Receive = {
  /** 1 to 10 through the API. */
  readonly most: number;
  /** @default the queue's */
  readonly visibilityTimeoutMs?: number | undefined;
  /** Of FIFO queues: the same id gives the same messages again, for a caller that got no answer. */
  readonly attemptId?: string | undefined;
};

/** How often a queue looks for messages that are older than it keeps them. */
const EXPIRY_CHECK_MS = 1000;

/** One queue. Every change is written before its method returns. */
export class Queue {
  readonly id: number;
  readonly arn: string;
  readonly #state: State;
  readonly #clock: EmulatorClock;
  readonly #findQueue: QueueDependencies['findQueue'];
  readonly #contents: QueueContents;
  readonly #deduplications: Deduplications;
  readonly #inFlight: InFlightLimit;
  readonly #attempts = new ReceiveAttempts();
  readonly #waiting: WaitingReceives<readonly ReceivedMessage[]>;
  #settings: QueueSettings;
  #expiryCheckAt = 0;

  constructor({ id, arn, settings, state, clock, findQueue }: QueueDependencies) {
    this.id = id;
    this.arn = arn;
    this.#settings = settings;
    this.#state = state;
    this.#clock = clock;
    this.#findQueue = findQueue;
    this.#contents = new QueueContents(state, id, settings.fifo);
    this.#deduplications = new Deduplications(state);
    this.#inFlight = new InFlightLimit(() => this.#contents.held(clock.now()));
    this.#waiting = new WaitingReceives(clock, () => this.#contents.nextAt());
  }

  get settings(): QueueSettings {
    return this.#settings;
  }

  /** A changed delay holds for what is already in a FIFO queue, too; in a standard queue for new messages alone. */
  change(settings: QueueSettings): void {
    const { delayMs } = this.#settings;
    this.#settings = settings;
    if (!settings.fifo || delayMs === settings.delayMs) return;
    this.#state.transaction(() => this.#contents.setDelay(settings.delayMs));
    this.#waiting.wake();
  }

  /** All or nothing, in their order. For a message that a FIFO queue already knows it gives that one. */
  send(messages: readonly NewMessage[]): readonly SentMessage[] {
    const sent = this.#state.transaction(() => messages.map((message) => this.#add(message)));
    this.#waiting.wake();
    return sent;
  }

  #add({ messageId, body, details, groupId, delayMs }: NewMessage): SentMessage {
    const now = this.#clock.now();
    const { contentBasedDeduplication, deduplicationScope } = this.#settings;
    const deduplicationId =
      details.deduplicationId ?? (contentBasedDeduplication ? contentId(body) : undefined);
    const scope = deduplicationScope === 'messageGroup' ? (groupId ?? '') : '';
    const deduplication = deduplicationId === undefined ? undefined : { scope, deduplicationId };
    const known = deduplication && this.#deduplications.find(this.id, deduplication, now);
    if (known !== undefined) return known;
    const sequence = this.#contents.add({
      messageId,
      body,
      details: deduplicationId === undefined ? details : { ...details, deduplicationId },
      groupId,
      sentAt: now,
      visibleAt: now + (delayMs ?? this.#settings.delayMs),
      receiveCount: 0,
      firstReceivedAt: undefined,
    });
    const sent = { messageId, sequence };
    if (deduplication) this.#deduplications.remember(this.id, deduplication, sent, now);
    return sent;
  }

  /** What is there now, possibly nothing. @throws AwsError OverLimit where a standard queue has too many in flight */
  receive({ most, visibilityTimeoutMs, attemptId }: Receive): readonly ReceivedMessage[] {
    const now = this.#clock.now();
    const visibleAt = now + (visibilityTimeoutMs ?? this.#settings.visibilityTimeoutMs);
    const repeated = attemptId === undefined ? undefined : this.#repeat(attemptId, now, visibleAt);
    if (repeated !== undefined) return repeated;
    this.#expire(now);
    const limit = Math.min(most, this.#inFlight.room());
    if (limit === 0) {
      if (this.#settings.fifo) return [];
      throw sqsError('OverLimit', `Too many messages in flight: ${MOST_IN_FLIGHT} are allowed.`);
    }
    const found = this.#contents.available(now, limit);
    if (found.length === 0) return [];
    const received = this.#state.transaction(() => {
      const messages = this.#withoutExhausted(found, () => this.#contents.available(now, limit));
      this.#contents.hold(messages, now, visibleAt);
      return messages.map((message) => deliver(message, { queue: this.id, receivedAt: now, visibleAt }));
    });
    this.#inFlight.add(received.length);
    if (attemptId !== undefined) this.#attempts.remember(attemptId, received, now);
    return received;
  }

  /** As `receive`, and where there is nothing it waits for the first. */
  async receiveOrWait(request: Receive, wait: WaitOptions): Promise<readonly ReceivedMessage[]> {
    if (wait.waitMs === 0) return this.receive(request);
    // Long polls hear nothing of the limit: they wait until there is room again.
    const attempt = (): readonly ReceivedMessage[] | undefined => {
      const received = this.#inFlight.room() === 0 ? [] : this.receive(request);
      return received.length === 0 ? undefined : received;
    };
    return attempt() ?? (await this.#waiting.wait(attempt, wait)) ?? [];
  }

  /** For each handle what was wrong with it, or nothing. A handle of a message that is gone is good. */
  remove(handles: readonly string[]): readonly (AwsError | undefined)[] {
    const problems = this.#each(handles, (handle) => {
      const delivery = this.#delivery(handle);
      if (delivery === undefined || !deletes(delivery, this.#settings.fifo)) return;
      this.#contents.remove([delivery.message]);
      if (delivery.message.visibleAt > delivery.now) this.#inFlight.removeOne();
    });
    // The rest of its group may follow.
    if (this.#settings.fifo) this.#waiting.wake();
    return problems;
  }

  /** From now on. For each what was wrong, or nothing. */
  changeVisibility(
    changes: readonly { readonly handle: string; readonly timeoutMs: number }[],
  ): readonly (AwsError | undefined)[] {
    const problems = this.#each(changes, ({ handle, timeoutMs }) => {
      const delivery = this.#delivery(handle);
      if (delivery === undefined) throw unavailable(handle);
      checkVisibilityChange(delivery, timeoutMs);
      this.#contents.setVisibleAt([delivery.message], delivery.now + timeoutMs);
    });
    this.#waiting.wake();
    return problems;
  }

  #delivery(handle: string): Delivery | undefined {
    const receipt = parseReceiptHandle(handle, this.id);
    const message = this.#contents.find(receipt.sequence);
    return message && { handle, receipt, message, now: this.#clock.now() };
  }

  /**
   * Moves up to `most` available messages with a sequence up to `upTo` as new ones into other queues; those without a
   * destination stay. `record` is told how many it found and moved, and writes what it makes of that with the move.
   */
  redrive<T>(
    destinationOf: (message: StoredMessage) => Queue | undefined,
    { most, upTo }: { readonly most: number; readonly upTo: number },
    record: (found: number, moved: number) => T,
  ): T {
    const now = this.#clock.now();
    const found = this.#contents.available(now, most, upTo);
    const destinations = new Set<Queue>();
    const recorded = this.#state.transaction(() => {
      const moved = found.filter((message) => {
        const destination = destinationOf(message);
        if (destination === undefined) return false;
        destination.#contents.add(asNew(message, now));
        this.#contents.remove([message]);
        destinations.add(destination);
        return true;
      });
      return record(found.length, moved.length);
    });
    for (const destination of destinations) destination.#waiting.wake();
    return recorded;
  }

  purge(): void {
    this.#state.transaction(() => this.#contents.removeAll());
  }

  counts(): MessageCounts {
    this.#expire(this.#clock.now());
    return this.#contents.counts(this.#clock.now());
  }

  lastSequence(): number {
    return this.#contents.lastSequence();
  }

  /** Ends waiting receives, with nothing. Idempotent. */
  close(): void {
    this.#waiting.close();
  }

  /** With all that belongs to it; the transaction is the caller's. */
  destroy(): void {
    this.close();
    this.#contents.removeAll();
    this.#deduplications.removeAll(this.id);
  }

  #each<T>(items: readonly T[], change: (item: T) => void): (AwsError | undefined)[] {
    return this.#state.transaction(() =>
      items.map((item) => {
        try {
          change(item);
          return undefined;
        } catch (error) {
          if (error instanceof AwsError) return error;
          throw error;
        }
      }),
    );
  }

  /** Messages that were received too often go to the dead-letter queue when somebody asks for them once more. */
  #withoutExhausted(found: StoredMessage[], findAgain: () => StoredMessage[]): StoredMessage[] {
    const { redrive } = this.#settings;
    const deadLetters = redrive && this.#findQueue(redrive.deadLetterTargetArn);
    if (redrive === undefined || deadLetters === undefined) return found;
    let messages = found;
    for (;;) {
      const exhausted = messages.filter((message) => isExhausted(message, redrive));
      if (exhausted.length === 0) return messages;
      for (const message of exhausted) deadLetters.#takeDeadLetter(message, this.arn);
      this.#contents.remove(exhausted);
      // After this receive: two queues may be each other's dead-letter queue.
      queueMicrotask(() => deadLetters.#waiting.wake());
      messages = findAgain();
    }
  }

  /** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html */
  #takeDeadLetter(message: StoredMessage, deadLetterSourceArn: string): void {
    const now = this.#clock.now();
    this.#contents.add({
      ...message,
      details: { ...message.details, deadLetterSourceArn, earlierReceives: message.receiveCount },
      sentAt: this.#settings.fifo ? now : message.sentAt,
      visibleAt: now,
    });
  }

  /** Only while all of them are still held by that attempt: it begins anew, then. */
  #repeat(attemptId: string, now: number, visibleAt: number): readonly ReceivedMessage[] | undefined {
    const deliveries = this.#attempts.find(attemptId, now) ?? [];
    const received = deliveries.flatMap(({ sequence, receiveCount, receiptHandle }): ReceivedMessage[] => {
      const message = this.#contents.find(sequence);
      if (message?.receiveCount !== receiveCount || message.visibleAt <= now) return [];
      return [{ ...message, visibleAt, firstReceivedAt: message.firstReceivedAt ?? now, receiptHandle }];
    });
    if (received.length === 0 || received.length < deliveries.length) return undefined;
    this.#state.transaction(() => this.#contents.setVisibleAt(received, visibleAt));
    return received;
  }

  #expire(now: number): void {
    if (now < this.#expiryCheckAt) return;
    this.#expiryCheckAt = now + EXPIRY_CHECK_MS;
    this.#state.transaction(() => this.#contents.removeSentBefore(now - this.#settings.retentionMs));
  }
}
