import type { DropReason } from '../protocol/drops.ts';
import type { MessageToSession } from '../protocol/message.ts';
import { beatInterval, TIMING, type Timing } from '../protocol/timing.ts';

/**
 * The session's side of one invocation: a pure reducer, from the complete offer to the moment when nobody can ask
 * for its answer any more. docs/protocol.md draws it.
 */
export type SessionInvocation =
  /** `claimed` is false during the first few milliseconds: a fast handler costs two messages. */
  | {
      readonly phase: 'running';
      readonly claimed: boolean;
      readonly beatIntervalMs: number;
      readonly keepMs: number;
    }
  /** Its answer is kept: a stub that missed it asks again. */
  | { readonly phase: 'answered' }
  /** Withdrawn or cancelled, also after its answer, or refused: whatever still comes is answered or dropped, nothing runs. */
  | { readonly phase: 'closed'; readonly refused: boolean };

export type SessionTimer = 'claim' | 'beat' | 'forget';

export type SessionInvocationEvent =
  | { readonly type: 'message'; readonly message: MessageToSession }
  | { readonly type: 'timer'; readonly timer: SessionTimer }
  /** The runtime has a result. `large`: it takes long to encode, or to send behind others. */
  | { readonly type: 'finished'; readonly large?: boolean }
  /** It turned out that it cannot run here. */
  | { readonly type: 'refused' }
  /** The session leaves. */
  | { readonly type: 'quit' };

export type SessionEffect =
  | { readonly type: 'run' }
  | {
      readonly type: 'stop';
      readonly phase: 'withdrawn' | 'cancelled';
      readonly by: 'caller' | 'session';
      readonly reason: string;
    }
  | { readonly type: 'send'; readonly kind: 'claim' | 'beat' | 'answer' | 'refuse' | 'unknown' | 'cancelled' }
  /** Frames of its answer that have not left yet do not leave: nobody waits for them. */
  | { readonly type: 'take-back' }
  | { readonly type: 'credit'; readonly bytes: number }
  | { readonly type: 'start-timer'; readonly timer: SessionTimer; readonly afterMs: number }
  | { readonly type: 'stop-timer'; readonly timer: SessionTimer }
  | { readonly type: 'drop'; readonly reason: DropReason; readonly detail: string }
  /** The last effect: nothing of it is kept. */
  | { readonly type: 'forget' };

export type SessionStep = readonly [SessionInvocation, readonly SessionEffect[]];

export function acceptOffer(remainingMs: number, timing: Timing = TIMING): SessionStep {
  return [
    {
      phase: 'running',
      claimed: false,
      beatIntervalMs: beatInterval(remainingMs, timing),
      // Until the function's own deadline somebody may ask; the margin covers a query that is on its way.
      keepMs: remainingMs + timing.beatIntervalMs,
    },
    [{ type: 'start-timer', timer: 'claim', afterMs: timing.claimAfterMs }, { type: 'run' }],
  ];
}

export function reduceSessionInvocation(
  state: SessionInvocation,
  event: SessionInvocationEvent,
): SessionStep {
  switch (state.phase) {
    case 'running':
      return whileRunning(state, event);
    case 'answered':
      return whileAnswered(state, event);
    case 'closed':
      return whileClosed(state, event);
    default: {
      const exhaustive: never = state;
      return exhaustive;
    }
  }
}

type Running = Extract<SessionInvocation, { phase: 'running' }>;

function whileRunning(state: Running, event: SessionInvocationEvent): SessionStep {
  switch (event.type) {
    case 'message':
      return runningMessage(state, event.message);
    case 'timer':
      return runningTimer(state, event.timer);
    case 'finished':
      return finished(state, event.large === true);
    case 'refused':
      // After a claim the deployed handler must not run: then the answer is an error.
      return state.claimed ? finished(state) : closed(state, true, [{ type: 'send', kind: 'refuse' }]);
    case 'quit':
      return closed(state, false, [
        { type: 'stop', phase: 'cancelled', by: 'session', reason: 'the session was stopped' },
        { type: 'send', kind: 'cancelled' },
      ]);
    default: {
      const exhaustive: never = event;
      return exhaustive;
    }
  }
}

function runningMessage(state: Running, message: MessageToSession): SessionStep {
  switch (message.kind) {
    case 'offer':
      // Sent again because nothing was heard: say the claim (again), it may have been lost.
      return [claimedState(state), [{ type: 'send', kind: 'claim' }, ...startBeats(state)]];
    case 'query':
      return [claimedState(state), [{ type: 'send', kind: 'beat' }, ...startBeats(state)]];
    case 'withdraw':
      return closed(state, false, [
        {
          type: 'stop',
          phase: 'withdrawn',
          by: 'caller',
          reason: state.claimed
            ? 'withdrawn while the claim was on its way'
            : 'withdrawn before it was claimed',
        },
      ]);
    case 'cancel':
      return closed(state, false, [
        { type: 'stop', phase: 'cancelled', by: 'caller', reason: 'the caller’s side gave up' },
      ]);
    case 'credit':
      return [state, [{ type: 'credit', bytes: message.meta.bytes }]];
    case 'missing':
      return [state, []]; // The shell sends the frames again; the state does not change.
    case 'observe':
      return [state, [{ type: 'drop', reason: 'out-of-turn', detail: 'observe of an offered invocation' }]];
    default: {
      const exhaustive: never = message;
      return exhaustive;
    }
  }
}

function runningTimer(state: Running, timer: SessionTimer): SessionStep {
  switch (timer) {
    case 'claim':
      return state.claimed
        ? [state, []]
        : [claimedState(state), [{ type: 'send', kind: 'claim' }, ...startBeats(state)]];
    case 'beat':
      if (!state.claimed) return [state, []];
      return [
        state,
        [
          { type: 'send', kind: 'beat' },
          { type: 'start-timer', timer: 'beat', afterMs: state.beatIntervalMs },
        ],
      ];
    case 'forget':
      return [state, []];
    default: {
      const exhaustive: never = timer;
      return exhaustive;
    }
  }
}

function whileAnswered(state: SessionInvocation, event: SessionInvocationEvent): SessionStep {
  if (event.type === 'timer') return event.timer === 'forget' ? [state, [{ type: 'forget' }]] : [state, []];
  if (event.type !== 'message') return [state, []];
  switch (event.message.kind) {
    case 'offer':
    case 'query':
      // Its frames may wait behind other answers, longer than a stub waits for a sign of life: a beat does not.
      return [
        state,
        [
          { type: 'send', kind: 'beat' },
          { type: 'send', kind: 'answer' },
        ],
      ];
    case 'missing':
    case 'credit':
      return [state, []];
    case 'withdraw':
    case 'cancel':
      return [{ phase: 'closed', refused: false }, [{ type: 'take-back' }]];
    default:
      return [
        state,
        [{ type: 'drop', reason: 'invocation-ended', detail: `${event.message.kind} after the answer` }],
      ];
  }
}

function whileClosed(
  state: Extract<SessionInvocation, { phase: 'closed' }>,
  event: SessionInvocationEvent,
): SessionStep {
  if (event.type === 'timer') return event.timer === 'forget' ? [state, [{ type: 'forget' }]] : [state, []];
  if (event.type !== 'message') return [state, []];
  switch (event.message.kind) {
    case 'offer':
    case 'query':
      if (state.refused) return [state, [{ type: 'send', kind: 'refuse' }]];
      return event.message.kind === 'query'
        ? [state, [{ type: 'send', kind: 'unknown' }]]
        : [state, [{ type: 'drop', reason: 'invocation-ended', detail: 'offer of a stopped invocation' }]];
    default:
      return [
        state,
        [{ type: 'drop', reason: 'invocation-ended', detail: `${event.message.kind} after the end` }],
      ];
  }
}

function claimedState(state: Running): Running {
  return state.claimed ? state : { ...state, claimed: true };
}

function startBeats(state: Running): readonly SessionEffect[] {
  return state.claimed
    ? []
    : [
        { type: 'stop-timer', timer: 'claim' },
        { type: 'start-timer', timer: 'beat', afterMs: state.beatIntervalMs },
      ];
}

function finished(state: Running, large = false): SessionStep {
  return [
    { phase: 'answered' },
    [
      { type: 'stop-timer', timer: 'claim' },
      { type: 'stop-timer', timer: 'beat' },
      ...(large && !state.claimed ? ([{ type: 'send', kind: 'claim' }] as const) : []),
      { type: 'send', kind: 'answer' },
      { type: 'start-timer', timer: 'forget', afterMs: state.keepMs },
    ],
  ];
}

function closed(state: Running, refused: boolean, effects: readonly SessionEffect[]): SessionStep {
  return [
    { phase: 'closed', refused },
    [
      { type: 'stop-timer', timer: 'claim' },
      { type: 'stop-timer', timer: 'beat' },
      { type: 'start-timer', timer: 'forget', afterMs: state.keepMs },
      ...effects,
    ],
  ];
}
