import { connectionText, pacingText } from '../../session/connection-text.ts';
import { functionsText, holderText } from '../../session/holder-text.ts';
import { printable } from '../../session/printable.ts';
import type { SessionState } from '../../session/store.ts';
import { durationText } from '../../session/time-text.ts';
import type { Token } from '../theme.ts';

/** Something that the user should know of until it is mended, or until they have seen it. */
export type Notice = {
  /** The same while it is about the same: what is dismissed stays so. */
  readonly key: string;
  readonly text: string;
  readonly token: Token;
  readonly about?: 'drops';
};

/** From when on the end of the credentials is told. */
const EXPIRES_SOON_MS = 5 * 60_000;

/** What needs the user, the most urgent first. Each line is printable. */
export function noticesOf(state: SessionState, now: number): readonly Notice[] {
  return [
    ...connectionNotice(state),
    ...credentialsNotice(state, now),
    ...buildNotices(state),
    ...heldNotices(state),
    ...pacingNotice(state),
    ...toldNotices(state),
    ...dropNotice(state),
  ];
}

/** While it connects for the first time, the header says so. */
function connectionNotice({ connection }: SessionState): readonly Notice[] {
  if (connection.status !== 'connecting' || connection.attempt < 2) return [];
  return [{ key: 'connection', text: `✗ No connection: ${connectionText(connection)}`, token: 'bad' }];
}

function credentialsNotice({ credentialsExpireAt }: SessionState, now: number): readonly Notice[] {
  if (credentialsExpireAt === undefined || credentialsExpireAt - now > EXPIRES_SOON_MS) return [];
  const left = credentialsExpireAt - now;
  const text =
    left > 0
      ? `! Your AWS credentials expire in ${durationText(left)}: log in again`
      : '✗ Your AWS credentials have expired: log in again';
  // Expired is told although the warning was dismissed.
  return [{ key: `credentials ${left > 0}`, text, token: left > 0 ? 'warning' : 'bad' }];
}

function buildNotices({ functions }: SessionState): readonly Notice[] {
  return functions.flatMap(({ name, state }) => {
    if (state.status !== 'build-error') return [];
    const [problem] = state.problems;
    const { file, line, column } = problem?.location ?? {};
    const where = file === undefined ? '' : `${file}:${line}:${column}: `;
    const text = printable(`✗ ${name} does not build: ${where}${problem?.text ?? ''}`);
    return [{ key: text, text, token: 'bad' as const }];
  });
}

/** One line for each session that holds functions of this one. */
function heldNotices({ functions }: SessionState): readonly Notice[] {
  const held = functions.flatMap(({ name, state }) => (state.status === 'held' ? [{ name, by: state }] : []));
  return [...Map.groupBy(held, ({ by }) => by.sessionId).values()].flatMap((lanes) => {
    const [first] = lanes;
    if (first === undefined) return [];
    const are = lanes.length === 1 ? 'is' : 'are';
    const names = functionsText(lanes.map(({ name }) => name));
    const text = printable(`! ${names} ${are} held by ${holderText(first.by)}`);
    return [{ key: text, text, token: 'warning' as const }];
  });
}

function pacingNotice({ pacing }: SessionState): readonly Notice[] {
  return pacing === undefined ? [] : [{ key: 'pacing', text: `! ${pacingText(pacing)}`, token: 'warning' }];
}

/** What was told once, in so many words: newest first, equal ones as one. */
function toldNotices({ notices }: SessionState): readonly Notice[] {
  // What is said of lanes stands above, until they were taken back.
  const told = notices.filter(({ level, about }) => level !== 'info' && about === undefined).toReversed();
  const marked = Map.groupBy(told, ({ level, text }) => `${level === 'error' ? '✗' : '!'} ${text}`);
  return [...marked].map(([key, same]) => ({
    // Told again after it was dismissed, it is news again.
    key: `${key} ${same.length}`,
    text: printable(same.length === 1 ? key : `${key} (×${same.length})`),
    token: same[0]?.level === 'error' ? ('bad' as const) : ('warning' as const),
  }));
}

function dropNotice({ drops }: SessionState): readonly Notice[] {
  const reasons = Object.entries(drops).sort(([, one], [, other]) => other - one);
  const [most] = reasons;
  if (most === undefined) return [];
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  const messages = total === 1 ? '1 message was' : `${total} messages were`;
  const others = reasons.length === 1 ? '' : ', and for other reasons';
  return [
    {
      key: `drops ${reasons.map(([reason]) => reason).sort()}`,
      text: printable(`! ${messages} dropped: ${most[0]}${others} (--verbose shows each)`),
      token: 'warning',
      about: 'drops',
    },
  ];
}
