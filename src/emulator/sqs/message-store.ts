import { integerOf, type Row, textOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { MessageDetails, StoredMessage } from './message.ts';

export type MessageCounts = { readonly visible: number; readonly held: number; readonly delayed: number };

/** What of a FIFO queue may be given. */
export type Wanted = {
  readonly now: number;
  readonly limit: number;
  /** Leaves out messages with a later sequence. */
  readonly upTo?: number | undefined;
};

type Insertion = Omit<StoredMessage, 'sequence'>;

const COLUMNS =
  'sequence, message_id, body, details, group_id, sent_at, visible_at, receive_count, first_received_at';

/** The messages of all queues. Nothing of them is in memory: a million of them costs a start nothing. */
export class MessageStore {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** Gives its sequence. */
  insert(queue: number, message: Insertion): number {
    const { lastInsertRowid } = this.#state
      .statement(
        `INSERT INTO sqs_messages
         (queue, message_id, body, details, group_id, sent_at, visible_at, receive_count, first_received_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        queue,
        message.messageId,
        message.body,
        JSON.stringify(message.details),
        message.groupId ?? null,
        message.sentAt,
        message.visibleAt,
        message.receiveCount,
        message.firstReceivedAt ?? null,
      );
    return Number(lastInsertRowid);
  }

  find(queue: number, sequence: number): StoredMessage | undefined {
    const row = this.#state
      .statement(`SELECT ${COLUMNS} FROM sqs_messages WHERE sequence = ? AND queue = ?`)
      .get(sequence, queue);
    return row === undefined ? undefined : messageOf(row);
  }

  /** Those that are visible, the longest first. `upTo` leaves out what was sent later. */
  visible(queue: number, now: number, limit: number, upTo = Number.MAX_SAFE_INTEGER): StoredMessage[] {
    return this.#state
      .statement(
        `SELECT ${COLUMNS} FROM sqs_messages WHERE queue = ? AND visible_at <= ? AND sequence <= ?
         ORDER BY visible_at, sequence LIMIT ?`,
      )
      .all(queue, now, upTo, limit)
      .map(messageOf);
  }

  /** The oldest of a group, in their order, up to the first that is not visible. */
  visibleOfGroup(queue: number, groupId: string, { now, limit, upTo }: Wanted): StoredMessage[] {
    const messages = this.#state
      .statement(
        `SELECT ${COLUMNS} FROM sqs_messages WHERE queue = ? AND group_id = ? AND sequence <= ?
         ORDER BY sequence LIMIT ?`,
      )
      .all(queue, groupId, upTo ?? Number.MAX_SAFE_INTEGER, limit)
      .map(messageOf);
    const hidden = messages.findIndex(({ visibleAt }) => visibleAt > now);
    return hidden === -1 ? messages : messages.slice(0, hidden);
  }

  /** When the next message of a queue is, or became, visible. */
  nextVisibleAt(queue: number): number | undefined {
    return this.#extreme('SELECT MIN(visible_at) AS found FROM sqs_messages WHERE queue = ?', queue);
  }

  /** It was received: its count grows. */
  hold(sequence: number, now: number, visibleAt: number): void {
    this.#state
      .statement(
        `UPDATE sqs_messages SET visible_at = ?, receive_count = receive_count + 1,
         first_received_at = COALESCE(first_received_at, ?) WHERE sequence = ?`,
      )
      .run(visibleAt, now, sequence);
  }

  setVisibleAt(sequence: number, visibleAt: number): void {
    this.#state
      .statement('UPDATE sqs_messages SET visible_at = ? WHERE sequence = ?')
      .run(visibleAt, sequence);
  }

  /** Of messages that nobody has received. */
  setDelay(queue: number, delayMs: number): void {
    this.#state
      .statement('UPDATE sqs_messages SET visible_at = sent_at + ? WHERE queue = ? AND receive_count = 0')
      .run(delayMs, queue);
  }

  remove(sequence: number): void {
    this.#state.statement('DELETE FROM sqs_messages WHERE sequence = ?').run(sequence);
  }

  removeAll(queue: number): void {
    this.#state.statement('DELETE FROM sqs_messages WHERE queue = ?').run(queue);
  }

  /** When the oldest message of a queue was sent. */
  oldestSentAt(queue: number): number | undefined {
    return this.#extreme('SELECT MIN(sent_at) AS found FROM sqs_messages WHERE queue = ?', queue);
  }

  /** Gives the groups that have lost messages. */
  removeSentBefore(queue: number, sentAt: number): string[] {
    const groups = this.#state
      .statement(
        'SELECT DISTINCT group_id FROM sqs_messages WHERE queue = ? AND sent_at < ? AND group_id IS NOT NULL',
      )
      .all(queue, sentAt);
    this.#state.statement('DELETE FROM sqs_messages WHERE queue = ? AND sent_at < ?').run(queue, sentAt);
    return groups.map((row) => textOf(row, 'group_id'));
  }

  /** The newest of a queue, or 0. */
  lastSequence(queue: number): number {
    return this.#extreme('SELECT MAX(sequence) AS found FROM sqs_messages WHERE queue = ?', queue) ?? 0;
  }

  counts(queue: number, now: number): MessageCounts {
    const visible = this.#count(
      'SELECT COUNT(*) AS found FROM sqs_messages WHERE queue = ? AND visible_at <= ?',
      queue,
      now,
    );
    const hidden = this.#count(
      'SELECT COUNT(*) AS found FROM sqs_messages WHERE queue = ? AND visible_at > ?',
      queue,
      now,
    );
    const held = this.held(queue, now);
    return { visible, held, delayed: hidden - held };
  }

  /** How many are in flight. */
  held(queue: number, now: number): number {
    return this.#count(
      'SELECT COUNT(*) AS found FROM sqs_messages WHERE queue = ? AND visible_at > ? AND receive_count > 0',
      queue,
      now,
    );
  }

  #count(sql: string, queue: number, now: number): number {
    return integerOf(this.#state.statement(sql).get(queue, now) ?? {}, 'found');
  }

  #extreme(sql: string, queue: number): number | undefined {
    const row = this.#state.statement(sql).get(queue);
    return row === undefined || row.found === null ? undefined : integerOf(row, 'found');
  }
}

function messageOf(row: Row): StoredMessage {
  const details: MessageDetails = JSON.parse(textOf(row, 'details'));
  return {
    sequence: integerOf(row, 'sequence'),
    messageId: textOf(row, 'message_id'),
    body: textOf(row, 'body'),
    details,
    groupId: row.group_id === null ? undefined : textOf(row, 'group_id'),
    sentAt: integerOf(row, 'sent_at'),
    visibleAt: integerOf(row, 'visible_at'),
    receiveCount: integerOf(row, 'receive_count'),
    firstReceivedAt: row.first_received_at === null ? undefined : integerOf(row, 'first_received_at'),
  };
}
