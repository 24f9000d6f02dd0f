import type { EmulatorClock } from '../emulator-clock.ts';
import type { State } from '../state/state.ts';
import { LogEvents } from './log-events.ts';
import { LogGroups } from './log-groups.ts';
import { LogStreams } from './log-streams.ts';

/** A line for a stream that need not exist yet. */
export type LogLine = {
  readonly groupName: string;
  readonly streamName: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly message: string;
};

const DAY_MS = 86_400_000;
const RETENTION_CHECK_MS = 60 * 60_000;
/** Each environment of a function has a stream. */
const MAX_KNOWN = 10_000;
const DEFAULT_MAX_BYTES = 256 * 1024 * 1024;

/** The logs on disk: within the groups' retention, and within a bound of bytes beyond which the oldest go. */
export class LogStore {
  readonly groups: LogGroups;
  readonly streams: LogStreams;
  readonly events: LogEvents;
  readonly #state: State;
  readonly #clock: EmulatorClock;
  readonly #maxBytes: number;
  /** Ids by group and stream; emptied when something is deleted. */
  readonly #known = new Map<string, { readonly groupId: number; readonly streamId: number }>();
  #cancelCheck: () => void;

  constructor(options: {
    readonly state: State;
    readonly clock: EmulatorClock;
    /** @default 256 MiB */
    readonly maxBytes?: number;
  }) {
    this.#state = options.state;
    this.#clock = options.clock;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
    this.groups = new LogGroups(options.state);
    this.streams = new LogStreams(options.state);
    this.events = new LogEvents(options.state);
    this.#cancelCheck = this.#scheduleCheck();
  }

  /** What Lambda writes: makes groups and streams at their first use. It is committed on return. */
  append(lines: readonly LogLine[]): void {
    if (lines.length === 0) return;
    const now = this.#clock.now();
    try {
      this.#state.transaction(() => {
        const events = lines.map(({ groupName, streamName, at, message }) => ({
          ...this.#place(groupName, streamName, at),
          at,
          message,
        }));
        this.events.append(events, now);
      });
    } catch (error) {
      // What was made in the transaction is gone with it.
      this.forget();
      throw error;
    }
    this.#makeRoom();
  }

  /** What a client puts into a stream that exists. It is committed on return. */
  put(
    groupId: number,
    streamId: number,
    events: readonly { readonly at: number; readonly message: string }[],
  ): void {
    this.#state.transaction(() =>
      this.events.append(
        events.map(({ at, message }) => ({ groupId, streamId, at, message })),
        this.#clock.now(),
      ),
    );
    this.#makeRoom();
  }

  /** After a group or stream was deleted: the next line makes it anew, as on AWS. */
  forget(): void {
    this.#known.clear();
  }

  /** Removes what the retention of each group no longer allows. */
  removeExpired(): void {
    for (const { id, retentionDays } of this.groups.list({ limit: Number.MAX_SAFE_INTEGER })) {
      if (retentionDays === undefined) continue;
      this.events.removeExpired(id, this.#clock.now() - retentionDays * DAY_MS);
    }
  }

  /** Idempotent. The state is closed by whoever opened it. */
  close(): void {
    this.#cancelCheck();
  }

  #place(
    groupName: string,
    streamName: string,
    at: number,
  ): { readonly groupId: number; readonly streamId: number } {
    // Neither name may contain a colon.
    const key = `${groupName}:${streamName}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const groupId =
      this.groups.get(groupName)?.id ??
      this.groups.create({ name: groupName, createdAt: at, logClass: 'STANDARD', tags: {} });
    const streamId =
      this.streams.get(groupId, streamName)?.id ?? this.streams.create(groupId, streamName, at);
    const place = { groupId, streamId };
    if (this.#known.size >= MAX_KNOWN) this.forget();
    this.#known.set(key, place);
    return place;
  }

  #makeRoom(): void {
    const bytes = this.events.totalBytes();
    // Well below the bound, or each batch from now on would remove a few.
    if (bytes > this.#maxBytes) this.events.removeOldest(bytes - this.#maxBytes * 0.9);
  }

  #scheduleCheck(): () => void {
    return this.#clock.schedule(() => {
      try {
        this.removeExpired();
      } catch {
        // A full disk, as those who write to it are told. The next check tries again.
      }
      this.#cancelCheck = this.#scheduleCheck();
    }, RETENTION_CHECK_MS);
  }
}
