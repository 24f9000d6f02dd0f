import { decodePresence, decodeSessionState, type Holder } from '../../protocol/presence.ts';
import { presenceTopic, sessionTopic } from '../../protocol/topics.ts';
import { functionsText, holderText } from '../../session/holder-text.ts';
import { dateText } from '../../session/time-text.ts';
import type { ReadRetained } from '../../transport/read-retained.ts';
import { type Check, type Finding, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';

type Function = { readonly name: string; readonly arn: string };
type Presence = { readonly name: string; readonly said: Holder | 'nobody' | 'unreadable' };

/** Who holds the lane of the functions: a session holds many, and is told once. */
export function lanesCheck(lane: string, functionsOf: (facts: Facts) => readonly Function[]): Check {
  return {
    id: 'lanes',
    title: `Lane ${lane}`,
    needs: ['retained', 'identity'],
    timeoutMs: 60_000,
    async run(facts, signal) {
      const read: ReadRetained = facts.get('retained');
      const presences = await Promise.all(
        functionsOf(facts).map(async ({ name, arn }) => ({
          name,
          said: presenceIn(await read(presenceTopic(arn, lane), signal)),
        })),
      );
      return await judge(presences, async (sessionId) => {
        const bytes = await read(sessionTopic(sessionId), signal);
        return bytes !== undefined && decodeSessionState(bytes)?.state === 'online';
      });
    },
  };
}

function presenceIn(bytes: Uint8Array | undefined): Presence['said'] {
  if (bytes === undefined) return 'nobody';
  const presence = decodePresence(bytes);
  if (presence === undefined) return 'unreadable';
  return presence.sessionId === null ? 'nobody' : presence;
}

async function judge(
  presences: readonly Presence[],
  isOnline: (sessionId: string) => Promise<boolean>,
): Promise<Finding> {
  const unreadable = presences.filter(({ said }) => said === 'unreadable').map(({ name }) => name);
  const held: string[] = [];
  const left: string[] = [];
  for (const { holder, names } of bySession(presences)) {
    const who = `${holderText(holder)} since ${dateText(holder.since)}`;
    const functions = functionsText(names);
    if (await isOnline(holder.sessionId)) held.push(`${functions}: held by ${who}`);
    else left.push(`${functions}: left by ${who}, which is offline: the deployed code runs`);
  }
  const lines = [
    ...held,
    ...left,
    ...(unreadable.length === 0
      ? []
      : [`${functionsText(unreadable)}: the presence message cannot be read: another version of llx?`]),
  ];
  if (lines.length === 0) return ok('held by nobody: the deployed code runs');
  const detail = lines.join('\n');
  const mends = [
    ...(held.length === 0 ? [] : ['llx dev --lane NAME for a lane of your own, or --takeover']),
    ...(unreadable.length === 0 ? [] : ['Use the same version of llx everywhere.']),
  ];
  return mends.length === 0 ? ok(detail) : warn(detail, mends.join('\n'));
}

function bySession(
  presences: readonly Presence[],
): readonly { readonly holder: Holder; readonly names: readonly string[] }[] {
  const sessions = new Map<string, { readonly holder: Holder; readonly names: string[] }>();
  for (const { name, said } of presences) {
    if (typeof said === 'string') continue;
    const session = sessions.get(said.sessionId) ?? { holder: said, names: [] };
    session.names.push(name);
    sessions.set(said.sessionId, session);
  }
  return [...sessions.values()];
}
