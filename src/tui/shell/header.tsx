import { Text } from 'ink';
import { connectionText } from '../../session/connection-text.ts';
import type { SessionState } from '../../session/store.ts';
import { durationText } from '../../session/time-text.ts';
import { cutTo, displayWidth } from '../display-width.ts';
import { droppedTotal } from '../summary-text.ts';
import { type Token, useTheme } from '../theme.ts';

/** What this session is: `OFFLINE` or `EMULATOR` and its address, `LIVE` with region, account and identity, `BROKER`. */
export type Mode = {
  readonly label: string;
  readonly endpoint: string;
  /** The command that invokes a function there. @default llx invoke NAME */
  readonly invocation?: (functionName: string) => string;
  /** Invocations are being written as fixtures: the header has a mark for it. */
  readonly recording?: boolean;
};

/** What the header tells beside the session's own state. */
export type HeaderFacts = {
  readonly mode: Mode;
  readonly lane: string;
  /** To the broker and back, in milliseconds. */
  readonly roundTripMs?: number | undefined;
};

export type HeaderProps = {
  readonly state: SessionState;
  readonly facts: HeaderFacts;
  readonly columns: number;
};

const GAP = ' · ';

export function Header(props: HeaderProps) {
  const theme = useTheme();
  return (
    <Text wrap="truncate">
      {fittingParts(props).map(({ name, text, token }, index) => (
        <Text key={name}>
          {index === 0 ? '' : separatorOf(name)}
          <Text {...theme[token]}>{text}</Text>
        </Text>
      ))}
    </Text>
  );
}

type Part = {
  readonly name: 'mode' | 'endpoint' | 'connection' | 'lane' | 'running' | 'recording' | 'pacing' | 'dropped';
  readonly text: string;
  readonly token: Token;
};

/** What does not change is left out first where there is no room for all; then the cause of a failing connection is cut. */
function fittingParts(props: HeaderProps): readonly Part[] {
  const all = headerParts(props);
  const withoutLane = all.filter(({ name }) => name !== 'lane');
  const fewest = withoutLane.filter(({ name }) => name !== 'endpoint');
  const fitting = [all, withoutLane, fewest].find((parts) => widthOf(parts) <= props.columns);
  if (fitting !== undefined) return fitting;
  const others = widthOf(fewest.filter(({ name }) => name !== 'connection')) + GAP.length;
  return fewest.map((part) =>
    part.name === 'connection' ? { ...part, text: cutTo(part.text, props.columns - others) } : part,
  );
}

function widthOf(parts: readonly Part[]): number {
  return displayWidth(parts.map(({ name, text }) => separatorOf(name) + text).join('')) - GAP.length;
}

function separatorOf(name: Part['name']): string {
  return name === 'endpoint' ? ' ' : GAP;
}

function headerParts({ state, facts: { mode, lane, roundTripMs } }: HeaderProps): readonly Part[] {
  const connected = state.connection.status === 'connected';
  const roundTrip = connected && roundTripMs !== undefined ? ` ${durationText(roundTripMs)}` : '';
  const dropped = droppedTotal(state);
  const parts: readonly (Part | false)[] = [
    { name: 'mode', text: `llx ${mode.label}`, token: 'accent' },
    mode.endpoint !== '' && { name: 'endpoint', text: mode.endpoint, token: 'plain' },
    {
      name: 'connection',
      text: connectionText(state.connection) + roundTrip,
      token: connected ? 'good' : 'warning',
    },
    { name: 'lane', text: `${lane} lane`, token: 'plain' },
    { name: 'running', text: `${state.running} running`, token: 'plain' },
    mode.recording === true && { name: 'recording', text: '● recording', token: 'bad' },
    state.pacing !== undefined && {
      name: 'pacing',
      text: `pacing ${state.pacing.waiting}`,
      token: 'warning',
    },
    dropped > 0 && { name: 'dropped', text: `${dropped} dropped`, token: 'warning' },
  ];
  return parts.filter((part) => part !== false);
}
