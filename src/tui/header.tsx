import { Text } from 'ink';
import { connectionText } from '../session/connection-text.ts';
import { isRunning } from '../session/session-state.ts';
import type { SessionState } from '../session/store.ts';
import { useTheme } from './theme.ts';

/** What this session is: `OFFLINE` and the emulator's address, or `LIVE` and the broker's. */
export type Mode = { readonly label: string; readonly endpoint: string };

export type HeaderProps = { readonly state: SessionState; readonly mode: Mode; readonly lane: string };

export function Header({ state, mode, lane }: HeaderProps) {
  const theme = useTheme();
  const running = state.invocations.filter(isRunning).length;
  const connected = state.connection.status === 'connected';
  return (
    <Text wrap="truncate">
      <Text {...theme.accent}>llx {mode.label}</Text> {mode.endpoint} ·{' '}
      <Text {...(connected ? theme.good : theme.warning)}>{connectionText(state.connection)}</Text>
      {` · ${lane} lane · ${running} running`}
    </Text>
  );
}
