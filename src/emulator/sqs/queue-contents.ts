import type { State } from '../state/state.ts';
import type { StoredMessage } from './message.ts';
import { MessageGroups } from './message-groups.ts';
import { type MessageCounts, MessageStore } from './message-store.ts';

/**
 * The messages of one queue, in the order in which it gives them: a standard queue by when they became visible, a FIFO
 * queue group by group. Changes belong into a transaction of the caller's.
 */
export class QueueContents {
  readonly #queue: number;
  readonly #fifo: boolean;
  readonly #messages: MessageStore;
  readonly #groups: MessageGroups;

  constructor(state: State, queue: number, fifo: boolean) {
    this.#queue = queue;
    this.#fifo = fifo;
    this.#messages = new MessageStore(state);
    this.#groups = new MessageGroups(state);
  }

  /** Gives its sequence. */
  add(message: Omit<StoredMessage, 'sequence'>): number {
    const sequence = this.#messages.insert(this.#queue, message);
    if (message.groupId !== undefined) this.#groups.add(this.#queue, message.groupId, message.visibleAt);
    return sequence;
  }

  find(sequence: number): StoredMessage | undefined {
    return this.#messages.find(this.#queue, sequence);
  }

  /** What may be given now. `upTo` leaves out messages with a later sequence. */
  available(now: number, most: number, upTo?: number): StoredMessage[] {
    if (!this.#fifo) return this.#messages.visible(this.#queue, now, most, upTo);
    const found: StoredMessage[] = [];
    const ready = { now, limit: most, upTo };
    for (const groupId of this.#groups.ready(this.#queue, ready)) {
      if (found.length === most) break;
      const limit = most - found.length;
      found.push(...this.#messages.visibleOfGroup(this.#queue, groupId, { now, limit, upTo }));
    }
    return found;
  }

  /** When something may next be available; in the past where it is. */
  nextAt(): number | undefined {
    return this.#fifo ? this.#groups.nextReadyAt(this.#queue) : this.#messages.nextVisibleAt(this.#queue);
  }

  /** They were received: their counts grow. */
  hold(messages: readonly StoredMessage[], now: number, visibleAt: number): void {
    for (const { sequence } of messages) this.#messages.hold(sequence, now, visibleAt);
    this.#refresh(messages);
  }

  setVisibleAt(messages: readonly StoredMessage[], visibleAt: number): void {
    for (const { sequence } of messages) this.#messages.setVisibleAt(sequence, visibleAt);
    this.#refresh(messages);
  }

  remove(messages: readonly StoredMessage[]): void {
    for (const { sequence } of messages) this.#messages.remove(sequence);
    this.#refresh(messages);
  }

  removeAll(): void {
    this.#messages.removeAll(this.#queue);
    this.#groups.removeAll(this.#queue);
  }

  /** Messages that are too old, held or not. */
  removeSentBefore(sentAt: number): void {
    const oldest = this.#messages.oldestSentAt(this.#queue);
    if (oldest === undefined || oldest >= sentAt) return;
    for (const groupId of this.#messages.removeSentBefore(this.#queue, sentAt)) {
      this.#groups.refresh(this.#queue, groupId);
    }
  }

  /** Of messages that nobody has received. */
  setDelay(delayMs: number): void {
    this.#messages.setDelay(this.#queue, delayMs);
    this.#groups.refreshAll(this.#queue);
  }

  counts(now: number): MessageCounts {
    return this.#messages.counts(this.#queue, now);
  }

  /** How many are in flight. */
  held(now: number): number {
    return this.#messages.held(this.#queue, now);
  }

  lastSequence(): number {
    return this.#messages.lastSequence(this.#queue);
  }

  #refresh(messages: readonly StoredMessage[]): void {
    const groups = new Set(messages.map(({ groupId }) => groupId));
    for (const groupId of groups) {
      if (groupId !== undefined) this.#groups.refresh(this.#queue, groupId);
    }
  }
}
