import type { EmulatorClock } from '../emulator-clock.ts';
import type { QueueMessage, QueueSender } from '../lambda/invocations/queue-sender.ts';
import { integerOf, textOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { MessageCounts } from './message-store.ts';
import { Queue } from './queue.ts';
import { checkAttributes, type QueueAttributes, settingsOf, withDefaults } from './queue-attributes.ts';
import { checkQueueName, type QueueScope, queueArn, queueNameOfArn } from './queue-name.ts';
import { allowsSource } from './redrive-policy.ts';
import { invalidParameter, queueDoesNotExist, sqsError } from './sqs-error.ts';

export type QueuesDependencies = {
  readonly state: State;
  readonly scope: QueueScope;
  readonly clock: EmulatorClock;
};

export type Tags = Readonly<Record<string, string>>;

/** A queue with what is said about it. */
export type QueueEntry = {
  readonly name: string;
  readonly queue: Queue;
  /** Those that were given; the others have their defaults. */
  readonly attributes: QueueAttributes;
  readonly tags: Tags;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
};

/** The account's queues. */
export class Queues implements QueueSender {
  readonly scope: QueueScope;
  readonly #state: State;
  readonly #clock: EmulatorClock;
  readonly #entries = new Map<string, QueueEntry>();
  readonly #createdListeners = new Set<(queueArn: string) => void>();
  readonly #deletedListeners = new Set<(queueArn: string) => void>();

  constructor({ state, scope, clock }: QueuesDependencies) {
    this.scope = scope;
    this.#state = state;
    this.#clock = clock;
    for (const row of state.statement('SELECT * FROM sqs_queues ORDER BY name').all()) {
      const attributes: QueueAttributes = JSON.parse(textOf(row, 'attributes'));
      this.#open(integerOf(row, 'id'), {
        name: textOf(row, 'name'),
        attributes,
        tags: JSON.parse(textOf(row, 'tags')),
        createdAt: integerOf(row, 'created_at'),
        modifiedAt: integerOf(row, 'modified_at'),
      });
    }
  }

  /** @throws AwsError QueueDoesNotExist */
  get(name: string): QueueEntry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw queueDoesNotExist();
    return entry;
  }

  find(arn: string): Queue | undefined {
    return this.#entries.get(queueNameOfArn(arn, this.scope) ?? '')?.queue;
  }

  /** In the order of their names. */
  names(): readonly string[] {
    return [...this.#entries.keys()].sort();
  }

  /** How many messages each queue has, in the order of their names. */
  depths(): readonly ({ readonly queue: string } & MessageCounts)[] {
    return this.names().map((name) => ({ queue: name, ...this.get(name).queue.counts() }));
  }

  /** @throws AwsError QueueNameExists where it is there with other attributes, and for names and attributes */
  create(name: string, attributes: QueueAttributes, tags: Tags): QueueEntry {
    const fifo = attributes.FifoQueue === 'true';
    checkQueueName(name, fifo);
    checkAttributes(attributes, fifo);
    const existing = this.#entries.get(name);
    if (existing !== undefined) {
      checkEqual(existing, attributes);
      return existing;
    }
    this.#checkRedrive(attributes, queueArn(this.scope, name));
    const now = this.#clock.now();
    const facts = { name, attributes, tags, createdAt: now, modifiedAt: now };
    const { lastInsertRowid } = this.#state
      .statement(
        'INSERT INTO sqs_queues (name, attributes, tags, created_at, modified_at) VALUES (?, ?, ?, ?, ?)',
      )
      .run(name, JSON.stringify(attributes), JSON.stringify(tags), now, now);
    const entry = this.#open(Number(lastInsertRowid), facts);
    for (const listener of this.#createdListeners) listener(entry.queue.arn);
    return entry;
  }

  /** An empty policy is removed. @throws AwsError */
  setAttributes(name: string, changes: QueueAttributes): void {
    const { queue, attributes } = this.get(name);
    checkAttributes(changes, queue.settings.fifo);
    this.#checkRedrive(changes, queue.arn);
    const merged = Object.entries({ ...attributes, ...changes }).filter(([, value]) => value !== '');
    this.#change(name, { attributes: Object.fromEntries(merged), modifiedAt: this.#clock.now() });
    queue.change(settingsOf(this.get(name).attributes));
  }

  setTags(name: string, tags: Tags): void {
    this.#change(name, { tags });
  }

  /** With its messages, and the tasks that move them. @throws AwsError QueueDoesNotExist */
  remove(name: string): void {
    const { queue } = this.get(name);
    this.#state.transaction(() => {
      queue.destroy();
      this.#state.statement('DELETE FROM sqs_move_tasks WHERE source = ?').run(queue.arn);
      this.#state.statement('DELETE FROM sqs_queues WHERE name = ?').run(name);
    });
    this.#entries.delete(name);
    for (const listener of this.#deletedListeners) listener(queue.arn);
  }

  /** Names of the queues whose dead letters come to this one. */
  deadLetterSources(arn: string): readonly string[] {
    return this.names().filter((name) => this.get(name).queue.settings.redrive?.deadLetterTargetArn === arn);
  }

  exists(arn: string): boolean {
    return this.find(arn) !== undefined;
  }

  async send(arn: string, { body, attributes, groupId, traceHeader }: QueueMessage): Promise<void> {
    const queue = this.find(arn);
    if (queue === undefined) throw queueDoesNotExist();
    const { fifo, contentBasedDeduplication } = queue.settings;
    const messageId = crypto.randomUUID();
    queue.send([
      {
        messageId,
        body,
        groupId: fifo ? (groupId ?? messageId) : undefined,
        details: {
          senderId: this.scope.account,
          ...(attributes === undefined ? {} : { attributes }),
          ...(traceHeader === undefined ? {} : { traceHeader }),
          ...(fifo && !contentBasedDeduplication ? { deduplicationId: messageId } : {}),
        },
      },
    ]);
  }

  /** Called with the ARN of a queue that is new. Gives what ends that. */
  onCreated(listener: (queueArn: string) => void): () => void {
    this.#createdListeners.add(listener);
    return () => void this.#createdListeners.delete(listener);
  }

  /** Called with the ARN of a queue that is gone. Gives what ends that. */
  onDeleted(listener: (queueArn: string) => void): () => void {
    this.#deletedListeners.add(listener);
    return () => void this.#deletedListeners.delete(listener);
  }

  /** Ends all waiting receives, with nothing. Idempotent. */
  close(): void {
    for (const { queue } of this.#entries.values()) queue.close();
  }

  #open(id: number, facts: Omit<QueueEntry, 'queue'>): QueueEntry {
    const queue = new Queue({
      id,
      arn: queueArn(this.scope, facts.name),
      settings: settingsOf(facts.attributes),
      state: this.#state,
      clock: this.#clock,
      findQueue: (arn) => this.find(arn),
    });
    const entry = { ...facts, queue };
    this.#entries.set(facts.name, entry);
    return entry;
  }

  #change(name: string, changes: Partial<Pick<QueueEntry, 'attributes' | 'tags' | 'modifiedAt'>>): void {
    const entry = { ...this.get(name), ...changes };
    this.#state
      .statement('UPDATE sqs_queues SET attributes = ?, tags = ?, modified_at = ? WHERE name = ?')
      .run(JSON.stringify(entry.attributes), JSON.stringify(entry.tags), entry.modifiedAt, name);
    this.#entries.set(name, entry);
  }

  #checkRedrive({ RedrivePolicy: text }: QueueAttributes, sourceArn: string): void {
    if (!text) return;
    const { redrive, fifo } = settingsOf({
      RedrivePolicy: text,
      ...(sourceArn.endsWith('.fifo') ? { FifoQueue: 'true' } : {}),
    });
    const target = redrive && this.find(redrive.deadLetterTargetArn);
    const refuse = (reason: string): Error =>
      invalidParameter(`Value ${text} for parameter RedrivePolicy is invalid. Reason: ${reason}`);
    if (target === undefined) throw refuse('Dead letter target does not exist.');
    if (target.settings.fifo !== fifo) {
      throw refuse('Dead-letter queue must be same type of queue as the source.');
    }
    if (!allowsSource(target.settings.redriveAllow, sourceArn)) {
      throw refuse('Dead-letter queue does not allow this queue as a source.');
    }
  }
}

/** Creating it again is no error, as long as nothing would be different. */
function checkEqual({ attributes }: QueueEntry, wanted: QueueAttributes): void {
  const actual = withDefaults(attributes);
  for (const [name, value] of Object.entries(wanted)) {
    if (actual[name] === value) continue;
    throw sqsError(
      'QueueNameExists',
      `A queue already exists with the same name and a different value for attribute ${name}`,
    );
  }
}
