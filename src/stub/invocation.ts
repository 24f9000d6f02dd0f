import type { DropReason } from '../protocol/drops.ts';
import type { Failure } from '../protocol/failure.ts';
import type { MessageToStub } from '../protocol/message.ts';
import { TIMING, type Timing } from '../protocol/timing.ts';

/**
 * The stub's side of one invocation that was offered to a session: a pure reducer. docs/protocol.md draws it.
 *
 * The rule that every branch serves: once an offer has left, the deployed handler runs only after a refuse or a
 * confirmed "offline" without a claim. Anything else that goes wrong is a typed failure that the caller sees.
 */
export type StubInvocation =
  | {
      readonly phase: 'offered';
      readonly holderOffline: boolean;
      readonly offerAgainMs: number;
      readonly claimMs: number;
    }
  | {
      readonly phase: 'running';
      readonly beatIntervalMs: number;
      readonly missed: number;
      readonly missable: number;
    }
  | { readonly phase: 'ended'; readonly outcome: Outcome };

export type Outcome =
  /** A result, an error, or the end of a stream. */
  | {
      readonly type: 'answered';
      readonly message: Extract<MessageToStub, { kind: 'result' | 'error' | 'end' }>;
    }
  /** It certainly does not run on a laptop: the deployed handler may. */
  | { readonly type: 'deployed'; readonly reason: string }
  | { readonly type: 'failed'; readonly failure: Failure; readonly message: string }
  /** No answer came before Lambda's own deadline. */
  | { readonly type: 'timed-out' };

export type TimerName = 'offer-again' | 'claim' | 'offline' | 'beat' | 'deadline';

export type StubEvent =
  | { readonly type: 'message'; readonly message: MessageToStub }
  | { readonly type: 'timer'; readonly timer: TimerName }
  /** A piece of a message that is not complete: an answer is arriving. */
  | { readonly type: 'piece' }
  /** What the retained state of the holder's session says now. */
  | { readonly type: 'holder'; readonly online: boolean }
  /** The stub's own connection is back after a loss. */
  | { readonly type: 'reconnected' };

export type StubEffect =
  | { readonly type: 'send'; readonly kind: 'offer' | 'withdraw' | 'cancel' | 'query' }
  /** Starts the timer anew, whether it ran or not. */
  | { readonly type: 'start-timer'; readonly timer: TimerName; readonly afterMs: number }
  | { readonly type: 'stop-timer'; readonly timer: TimerName }
  | { readonly type: 'chunk'; readonly message: Extract<MessageToStub, { kind: 'chunk' }> }
  | { readonly type: 'drop'; readonly reason: DropReason; readonly detail: string }
  /** The last effect: stops every timer. */
  | { readonly type: 'end'; readonly outcome: Outcome };

export type Step = readonly [StubInvocation, readonly StubEffect[]];

/** How long to wait for a claim: never so long that the function would time out instead of failing with a reason. */
export function claimTimeout(remainingMs: number, timing: Timing = TIMING): number {
  return Math.max(1, Math.min(timing.claimTimeoutMs, Math.floor((remainingMs + timing.lateAnswerMs) / 2)));
}

/** Several offers fit into the claim timeout of a short function too: one of them may be lost, or come too late. */
function offerAgain(claimTimeoutMs: number, timing: Timing): number {
  return Math.max(1, Math.min(timing.offerAgainMs, Math.floor(claimTimeoutMs / 4)));
}

/** `sendingMs`: how long the offer itself takes through the broker. Nobody can claim what has not arrived. */
export function offerInvocation(remainingMs: number, timing: Timing = TIMING, sendingMs = 0): Step {
  const timeout = claimTimeout(remainingMs, timing);
  // Others may be sending over the same connections.
  const arrivalMs = Math.ceil(sendingMs * 1.5);
  const claimMs = timeout + arrivalMs;
  const offerAgainMs = offerAgain(timeout, timing) + arrivalMs;
  return [
    { phase: 'offered', holderOffline: false, offerAgainMs, claimMs },
    [
      { type: 'start-timer', timer: 'offer-again', afterMs: offerAgainMs },
      { type: 'start-timer', timer: 'claim', afterMs: claimMs },
      // A third of the session's margin: late enough to let its answer arrive, early enough to be Lambda's answer.
      {
        type: 'start-timer',
        timer: 'deadline',
        afterMs: Math.max(1, remainingMs + timing.lateAnswerMs - Math.ceil(timing.deadlineMarginMs / 3)),
      },
      { type: 'send', kind: 'offer' },
    ],
  ];
}

export function reduceInvocation(state: StubInvocation, event: StubEvent, timing: Timing = TIMING): Step {
  if (state.phase === 'ended') return [state, event.type === 'message' ? [late(event.message)] : []];
  switch (event.type) {
    case 'message':
      return state.phase === 'offered'
        ? whileOffered(state, event.message, timing)
        : whileRunning(state, event.message, timing);
    case 'timer':
      return state.phase === 'offered' ? offeredTimer(state, event.timer) : runningTimer(state, event.timer);
    case 'piece':
      // As good as a beat: a session that is busy sending its answer sends none.
      return claimed(state.phase === 'offered' ? timing.beatIntervalMs : state.beatIntervalMs, timing, []);
    case 'holder':
      return state.phase === 'offered'
        ? offeredHolder(state, event.online, timing)
        : runningHolder(state, event.online, timing);
    case 'reconnected':
      return [state, [{ type: 'send', kind: state.phase === 'offered' ? 'offer' : 'query' }]];
    default: {
      const exhaustive: never = event;
      return exhaustive;
    }
  }
}

type Offered = Extract<StubInvocation, { phase: 'offered' }>;
type Running = Extract<StubInvocation, { phase: 'running' }>;

function whileOffered(state: Offered, message: MessageToStub, timing: Timing): Step {
  switch (message.kind) {
    case 'claim':
    case 'beat':
      return claimed(message.meta.beatIntervalMs, timing, []);
    case 'chunk':
      // Its claim was lost or is late: the piece proves that it runs.
      return claimed(timing.beatIntervalMs, timing, [{ type: 'chunk', message }]);
    case 'result':
    case 'error':
    case 'end':
      return end({ type: 'answered', message });
    case 'refuse':
      return end({ type: 'deployed', reason: `${message.meta.code}: ${message.meta.message}` });
    case 'unknown':
      return [state, [{ type: 'send', kind: 'offer' }]];
    case 'missing':
      // The shell sends the frames again. A session that has some of them is there, and needs the time anew.
      return [state, [{ type: 'start-timer', timer: 'claim', afterMs: state.claimMs }]];
    default: {
      const exhaustive: never = message;
      return exhaustive;
    }
  }
}

function whileRunning(state: Running, message: MessageToStub, timing: Timing): Step {
  switch (message.kind) {
    case 'claim':
    case 'beat':
      return claimed(message.meta.beatIntervalMs, timing, []);
    case 'chunk':
      return claimed(state.beatIntervalMs, timing, [{ type: 'chunk', message }]);
    case 'result':
    case 'error':
    case 'end':
      return end({ type: 'answered', message });
    case 'unknown':
      return lost('the session no longer knows this invocation');
    case 'refuse':
      return [state, [{ type: 'drop', reason: 'out-of-turn', detail: 'refuse after a claim' }]];
    case 'missing':
      return [state, []];
    default: {
      const exhaustive: never = message;
      return exhaustive;
    }
  }
}

function offeredTimer(state: Offered, timer: TimerName): Step {
  switch (timer) {
    case 'offer-again':
      return [
        state,
        [
          { type: 'send', kind: 'offer' },
          { type: 'start-timer', timer: 'offer-again', afterMs: state.offerAgainMs },
        ],
      ];
    case 'claim':
      return end(
        {
          type: 'failed',
          failure: 'Llx.Unclaimed',
          message: 'the session that holds this lane did not claim the invocation in time; it may have run',
        },
        { type: 'send', kind: 'withdraw' },
      );
    case 'offline':
      if (!state.holderOffline) return [state, []];
      return end(
        { type: 'deployed', reason: 'the session that held this lane is offline' },
        { type: 'send', kind: 'withdraw' },
      );
    case 'deadline':
      return end({ type: 'timed-out' }, { type: 'send', kind: 'withdraw' });
    case 'beat':
      return [state, []];
    default: {
      const exhaustive: never = timer;
      return exhaustive;
    }
  }
}

function runningTimer(state: Running, timer: TimerName): Step {
  if (timer === 'deadline') return end({ type: 'timed-out' }, { type: 'send', kind: 'cancel' });
  if (timer !== 'beat') return [state, []];
  const missed = state.missed + 1;
  if (missed >= state.missable) return lost('its beats stopped');
  return [
    { ...state, missed },
    [
      { type: 'send', kind: 'query' },
      { type: 'start-timer', timer: 'beat', afterMs: Math.ceil(state.beatIntervalMs * 0.75) },
    ],
  ];
}

function offeredHolder(state: Offered, online: boolean, timing: Timing): Step {
  return online
    ? [
        { ...state, holderOffline: false },
        [
          { type: 'stop-timer', timer: 'offline' },
          { type: 'send', kind: 'offer' },
        ],
      ]
    : [
        { ...state, holderOffline: true },
        [{ type: 'start-timer', timer: 'offline', afterMs: timing.offlineConfirmMs }],
      ];
}

// A will is a hint: it may be late, or of an earlier connection. It only shortens the wait for a beat.
function runningHolder(state: Running, online: boolean, timing: Timing): Step {
  if (online) return [{ ...state, missable: timing.missedBeats }, [{ type: 'send', kind: 'query' }]];
  return [
    { ...state, missed: 0, missable: 1 },
    [
      { type: 'send', kind: 'query' },
      { type: 'start-timer', timer: 'beat', afterMs: state.beatIntervalMs },
    ],
  ];
}

function claimed(beatIntervalMs: number, timing: Timing, effects: readonly StubEffect[]): Step {
  return [
    { phase: 'running', beatIntervalMs, missed: 0, missable: timing.missedBeats },
    [
      { type: 'stop-timer', timer: 'offer-again' },
      { type: 'stop-timer', timer: 'claim' },
      { type: 'stop-timer', timer: 'offline' },
      // One beat may be late; then it is asked for. Three intervals in all until it counts as lost.
      { type: 'start-timer', timer: 'beat', afterMs: Math.ceil(beatIntervalMs * 1.5) },
      ...effects,
    ],
  ];
}

function lost(why: string): Step {
  return end(
    {
      type: 'failed',
      failure: 'Llx.SessionLost',
      message: `the session that ran this invocation is gone: ${why}`,
    },
    { type: 'send', kind: 'cancel' },
  );
}

function end(outcome: Outcome, ...before: StubEffect[]): Step {
  return [{ phase: 'ended', outcome }, [...before, { type: 'end', outcome }]];
}

function late(message: MessageToStub): StubEffect {
  return { type: 'drop', reason: 'invocation-ended', detail: `${message.kind} after the end` };
}
