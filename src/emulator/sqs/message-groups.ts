import { integerOf, textOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import type { Wanted } from './message-store.ts';

/**
 * When a group of a FIFO queue has something to give: its oldest message is visible, and nobody holds another one.
 * This is all the order of a FIFO queue needs; the table spares a receive the walk through a group that is held.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
function groupReadyAt(group: {
  /** Of its oldest message. */
  readonly headVisibleAt: number;
  /** The latest of those that were received and not deleted. */
  readonly heldUntil: number | undefined;
}): number {
  return Math.max(group.headVisibleAt, group.heldUntil ?? 0);
}

export class MessageGroups {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** A message was added at the end of its group: that changes nothing, unless the group is new. */
  add(queue: number, groupId: string, visibleAt: number): void {
    this.#state
      .statement('INSERT OR IGNORE INTO sqs_groups (queue, group_id, ready_at) VALUES (?, ?, ?)')
      .run(queue, groupId, visibleAt);
  }

  /** Messages of the group were received, returned, moved or deleted. */
  refresh(queue: number, groupId: string): void {
    const head = this.#state
      .statement(
        'SELECT visible_at FROM sqs_messages WHERE queue = ? AND group_id = ? ORDER BY sequence LIMIT 1',
      )
      .get(queue, groupId);
    if (head === undefined) {
      this.#state.statement('DELETE FROM sqs_groups WHERE queue = ? AND group_id = ?').run(queue, groupId);
      return;
    }
    const held = this.#state
      .statement(
        'SELECT MAX(visible_at) AS until FROM sqs_messages WHERE queue = ? AND group_id = ? AND receive_count > 0',
      )
      .get(queue, groupId);
    const readyAt = groupReadyAt({
      headVisibleAt: integerOf(head, 'visible_at'),
      heldUntil: held === undefined || held.until === null ? undefined : integerOf(held, 'until'),
    });
    this.#state
      .statement('INSERT OR REPLACE INTO sqs_groups (queue, group_id, ready_at) VALUES (?, ?, ?)')
      .run(queue, groupId, readyAt);
  }

  refreshAll(queue: number): void {
    for (const groupId of this.#groupsOf('SELECT group_id FROM sqs_groups WHERE queue = ?', queue)) {
      this.refresh(queue, groupId);
    }
  }

  /** Those that have such messages, the longest ready first. */
  ready(queue: number, { now, limit, upTo }: Wanted): string[] {
    if (upTo === undefined) {
      const sql =
        'SELECT group_id FROM sqs_groups WHERE queue = ? AND ready_at <= ? ORDER BY ready_at LIMIT ?';
      return this.#groupsOf(sql, queue, now, limit);
    }
    const sql = `SELECT group_id FROM sqs_groups AS found WHERE queue = ? AND ready_at <= ?
      AND EXISTS (SELECT 1 FROM sqs_messages AS one
        WHERE one.queue = found.queue AND one.group_id = found.group_id AND one.sequence <= ?)
      ORDER BY ready_at LIMIT ?`;
    return this.#groupsOf(sql, queue, now, upTo, limit);
  }

  nextReadyAt(queue: number): number | undefined {
    const row = this.#state
      .statement('SELECT MIN(ready_at) AS found FROM sqs_groups WHERE queue = ?')
      .get(queue);
    return row === undefined || row.found === null ? undefined : integerOf(row, 'found');
  }

  removeAll(queue: number): void {
    this.#state.statement('DELETE FROM sqs_groups WHERE queue = ?').run(queue);
  }

  #groupsOf(sql: string, ...parameters: number[]): string[] {
    return this.#state
      .statement(sql)
      .all(...parameters)
      .map((row) => textOf(row, 'group_id'));
  }
}
