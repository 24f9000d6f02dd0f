import { LlxError } from '../errors/llx-error.ts';
import type { HolderIdentity } from '../protocol/presence.ts';
import { functionsText, holderText } from './holder-text.ts';
import { dateText } from './time-text.ts';

/** A function whose lane another session holds. */
export type HeldLane = { readonly functionName: string; readonly by: HolderIdentity };

/** One line for each session that holds some of the lanes. */
export function heldTexts(lane: string, held: readonly HeldLane[]): readonly string[] {
  return bySession(held).map(
    ({ by, names }) =>
      `The lane ${lane} of ${functionsText(names)} is held by ${holderText(by)} since ${dateText(by.since)}. To take it: --takeover`,
  );
}

/** Other sessions hold all of the lanes. */
export function laneHeld(lane: string, held: readonly HeldLane[]): LlxError {
  const holders = bySession(held).map(({ by }) => `${holderText(by)} since ${dateText(by.since)}`);
  return new LlxError('LLX_LANE_HELD', {
    message: `Expected the lane ${lane} to be free, found that it is held by ${holders.join(', and by ')}.`,
    mend: 'Take it over: add --takeover\nOr use a lane of your own: add --lane NAME',
  });
}

function bySession(
  held: readonly HeldLane[],
): readonly { readonly by: HolderIdentity; readonly names: readonly string[] }[] {
  const sessions = Map.groupBy(held, ({ by }) => by.sessionId);
  return [...sessions.values()].flatMap((lanes) => {
    const [first] = lanes;
    return first === undefined
      ? []
      : [{ by: first.by, names: lanes.map(({ functionName }) => functionName) }];
  });
}
