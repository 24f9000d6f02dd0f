/** Why a message was thrown away. Stable words: they are shown with `--verbose` and counted. */
export const DROP_REASONS = {
  'frame-truncated': 'shorter than its header, or than the header says',
  'frame-version': 'a protocol version this side does not speak',
  'frame-kind': 'a kind this side does not know or does not receive',
  'frame-header': 'header fields that contradict each other or the limits',
  'seal-unknown-key': 'sealed by a peer whose key is not known',
  'seal-broken': 'altered, or sealed for somebody else',
  'body-malformed': 'opened, but its contents are not what the kind requires',
  'body-inflated': 'inflates to something else than its header says',
  'message-duplicate': 'a frame or message that was already received',
  'message-replayed': 'an offer number that was already used',
  'message-conflicting': 'frames of one message that disagree about it',
  'reassembly-full': 'more unfinished messages or bytes than the bound',
  'reassembly-expired': 'not completed in time',
  'invocation-unknown': 'belongs to no invocation of this process',
  'invocation-ended': 'came, or had not left, when its invocation had ended',
  'out-of-turn': 'not expected in the state of its invocation',
  'observe-left-out': 'a copy for a session that watches was too large, or did not leave in time',
  'offer-stale': 'waited longer than the stub does',
  'topic-foreign': 'on a topic this process did not ask for',
  'presence-malformed': 'a retained message that is not a presence or a session state',
  'presence-stale': 'a session state of an older connection',
  'connection-closed': 'sent or received after the connection was closed',
  'broker-rule': 'broke a rule of the broker',
  'channel-stale': 'came from a worker process for an invocation it no longer has',
  'store-full': 'more than is kept: older than it, or beyond what memory or disk hold',
} as const;

export type DropReason = keyof typeof DROP_REASONS;

export type DropListener = (drop: { readonly reason: DropReason; readonly detail: string }) => void;

/** Counts what is thrown away, by reason: nothing is dropped in silence. */
export class DropCounter {
  readonly #counts = new Map<DropReason, number>();
  readonly #listener: DropListener | undefined;

  constructor(listener?: DropListener) {
    this.#listener = listener;
  }

  drop(reason: DropReason, detail: string): void {
    this.#counts.set(reason, this.count(reason) + 1);
    this.#listener?.({ reason, detail });
  }

  count(reason: DropReason): number {
    return this.#counts.get(reason) ?? 0;
  }

  get total(): number {
    let total = 0;
    for (const count of this.#counts.values()) total += count;
    return total;
  }

  counts(): Readonly<Partial<Record<DropReason, number>>> {
    return Object.fromEntries(this.#counts);
  }
}
