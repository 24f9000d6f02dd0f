/**
 * Every wait of the protocol, in one table; docs/protocol.md shows it.
 * All are measured by the waiting side's own monotonic clock.
 */
export const TIMING = {
  /** Stub, cold start: how long the first presence of a lane may lag its SUBACK. It happens during init. */
  presenceMs: 250,
  /** Stub: how long a cold start waits for the broker before the deployed handlers run without it. */
  connectMs: 2_500,
  /** Stub: pause before a broker that could not be reached is tried again. */
  reconnectMs: 5_000,
  /** Stub: what it knows of presence is trusted for so long after the last packet, then checked by a ping. */
  trustMs: 30_000,
  /** Stub: how long that check may take. */
  checkMs: 750,
  /** Stub: from the first frame of an offer to `Llx.Unclaimed`. */
  claimTimeoutMs: 4_000,
  /** Stub: pause before an unanswered offer is sent again, same frames, same id. */
  offerAgainMs: 1_000,
  /** Stub: how long a holder must stay offline before that counts as "nobody". */
  offlineConfirmMs: 250,
  /** Stub: how long a copy for a session that watches may hold up the answer; what waits then does not leave. */
  observeMs: 5,
  /** Session: a handler that answers faster than this sends no claim. */
  claimAfterMs: 5,
  /** Session: pause between beats; longer for long deadlines, so that the total stays below `beatsPerInvocation`. */
  beatIntervalMs: 1_500,
  beatsPerInvocation: 200,
  /** Stub: beats that may be missing before `Llx.SessionLost`; half of it when the holder is reported offline. */
  missedBeats: 3,
  /** Both: how long a gap between frames lasts before the rest is asked for. */
  missingAfterMs: 300,
  /** Session: answers before Lambda's own deadline by so much, so that the answer and its logs still arrive. */
  deadlineMarginMs: 150,
  /** Stub: waits so much longer where nothing but its own timer ends it, as at the emulator: the session says what happened. */
  lateAnswerMs: 0,
} as const;

export type Timing = { readonly [K in keyof typeof TIMING]: number };

/** The pause between beats for an invocation with this much time left: capped in number, not only in rate. */
export function beatInterval(remainingMs: number, timing: Timing = TIMING): number {
  return Math.max(timing.beatIntervalMs, Math.ceil(remainingMs / timing.beatsPerInvocation));
}
