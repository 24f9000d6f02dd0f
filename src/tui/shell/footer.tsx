import { Text } from 'ink';
import { functionsText, holderText } from '../../session/holder-text.ts';
import { printable } from '../../session/printable.ts';
import type { SessionState } from '../../session/store.ts';
import { bindingsOf, type KeyContext } from '../key-table.ts';
import { type Token, useTheme } from '../theme.ts';

export function Footer({ context }: { readonly context: KeyContext }) {
  const theme = useTheme();
  const shown = bindingsOf(context).filter(({ footer }) => footer === true);
  return (
    <Text wrap="truncate">
      {shown.map(({ id, keys, label }, index) => (
        <Text key={id}>
          {index === 0 ? '' : '  '}
          <Text {...theme.strong}>{keys[0]}</Text> <Text {...theme.faint}>{label}</Text>
        </Text>
      ))}
    </Text>
  );
}

export type Message = { readonly text: string; readonly token: Token };

export function MessageLine({ message }: { readonly message: Message | undefined }) {
  const theme = useTheme();
  return (
    <Text wrap="truncate" {...theme[message?.token ?? 'plain']}>
      {message?.text ?? ' '}
    </Text>
  );
}

/** The first session that holds functions of this one, and which. */
function heldMessage({ functions }: SessionState): Message | undefined {
  const held = functions.flatMap(({ name, state }) => (state.status === 'held' ? [{ name, by: state }] : []));
  const [first] = held;
  if (first === undefined) return undefined;
  const names = held.filter(({ by }) => by.sessionId === first.by.sessionId).map(({ name }) => name);
  const are = names.length === 1 ? 'is' : 'are';
  return {
    text: printable(`! ${functionsText(names)} ${are} held by ${holderText(first.by)}`),
    token: 'warning',
  };
}

const LEVELS = { info: 'faint', warning: 'warning', error: 'bad' } as const;

/** What most needs to be said about the session: what does not build, who else holds a function, the last notice. */
export function sessionMessage(state: SessionState): Message | undefined {
  for (const { name, state: status } of state.functions) {
    if (status.status !== 'build-error') continue;
    const [problem] = status.problems;
    const { file, line, column } = problem?.location ?? {};
    const where = file === undefined ? '' : `${file}:${line}:${column}: `;
    return { text: printable(`✗ ${name} does not build: ${where}${problem?.text ?? ''}`), token: 'bad' };
  }
  const held = heldMessage(state);
  if (held !== undefined) return held;
  const notice = state.notices.at(-1);
  if (notice === undefined) return undefined;
  const text = notice.level === 'info' ? notice.text : `${notice.level}: ${notice.text}`;
  return { text: printable(text), token: LEVELS[notice.level] };
}
