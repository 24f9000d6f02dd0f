import { Box, Text, useApp, useInput, useIsScreenReaderEnabled, usePaste, useWindowSize } from 'ink';
import { useEffect, useSyncExternalStore } from 'react';
import type { Cell } from './cell.ts';
import type { Frame, FrameSource } from './frame-source.ts';
import { keyNames } from './key-names.ts';
import type { ScreenFacts, Size } from './screen.ts';
import { sizeFor } from './screen-reader.ts';
import { ChoicePanel } from './shell/choice-panel.tsx';
import { DropLines } from './shell/drop-lines.tsx';
import { Footer } from './shell/footer.tsx';
import { Header, type HeaderFacts } from './shell/header.tsx';
import { Help } from './shell/help.tsx';
import type { Layout } from './shell/layout.ts';
import { FieldLine, MessageLine } from './shell/message-line.tsx';
import { NoticeLines } from './shell/notice-lines.tsx';
import type { Shell, ShellView } from './shell/shell.ts';
import { TabLine } from './shell/tab-line.tsx';
import type { TerminalOwner } from './shell/terminal-owner.ts';
import { useSeconds } from './use-seconds.ts';

export type AppProps = {
  readonly frames: FrameSource;
  readonly shell: Shell;
  readonly header: Cell<HeaderFacts>;
  readonly layout: (frame: Frame, size: Size, now: number) => Layout;
  readonly terminal: TerminalOwner;
  readonly now: () => number;
  /** A line for those who are new, while nothing else is said. */
  readonly hint: () => string | undefined;
  readonly onQuit: () => void;
};

const SMALLEST: Size = { columns: 60, rows: 15 };

/** All of the screen: what is on top has the keys, and the shell knows what that is. */
export function App({ frames, shell, header, layout, terminal, now, hint, onQuit }: AppProps) {
  const frame = useSyncExternalStore(frames.subscribe, frames.getSnapshot);
  const view = useSyncExternalStore(shell.subscribe, shell.getSnapshot);
  const headerFacts = useSyncExternalStore(header.subscribe, header.get);
  const screenReader = useIsScreenReaderEnabled();
  const size = sizeFor(useWindowSize(), screenReader);
  const { exit, suspendTerminal } = useApp();
  const running = frame.state.running > 0;
  // A clock that ticks would be read again each second.
  const time = useSeconds(now, running && !screenReader);

  useEffect(() => terminal.attach(suspendTerminal), [terminal, suspendTerminal]);
  // The only one: every active `useInput` gets every key, and there is no way to stop one from reaching the others.
  useInput((input, key) => shell.press(keyNames(input, key)));
  usePaste((text) => shell.paste(text));
  useEffect(() => {
    if (!running) shell.settle();
  }, [shell, running]);
  useEffect(() => {
    if (!view.done) return;
    onQuit();
    exit();
  }, [view.done, onQuit, exit]);

  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) return <TooSmall size={size} />;
  const { facts, notices, noticeRows } = layout(frame, size, time);
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Header state={frame.state} facts={headerFacts} columns={size.columns} />
      <TabLine place={view.place} columns={size.columns} />
      <Box height={facts.size.rows} flexShrink={0}>
        <Body view={view} shell={shell} facts={facts} />
      </Box>
      <DropLines drops={frame.drops} />
      <NoticeLines notices={notices} rows={noticeRows} columns={size.columns} />
      <BottomLine view={view} shell={shell} facts={facts} hint={hint} />
      <Footer
        context={shell.context(facts)}
        columns={size.columns}
        disabled={(action) => shell.disabled(action, facts) !== undefined}
      />
    </Box>
  );
}

type PartProps = { readonly view: ShellView; readonly shell: Shell; readonly facts: ScreenFacts };

function Body({ view: { overlay, place }, shell, facts }: PartProps) {
  const { size } = facts;
  // After each drawing: the frame that was drawn may have brought more to look at.
  useEffect(() => {
    const goOn = shell.unfinished(facts);
    if (goOn === undefined) return;
    const next = setImmediate(goOn);
    return () => clearImmediate(next);
  });
  switch (overlay?.type) {
    case 'help':
      return <Help context={place.screen} first={overlay.first} rows={size.rows} columns={size.columns} />;
    case 'palette':
      return <ChoicePanel title="Commands" list={overlay.list} columns={size.columns} rows={size.rows} />;
    case 'choose':
      return (
        <ChoicePanel title={overlay.title} list={overlay.list} columns={size.columns} rows={size.rows} />
      );
    default:
      return shell.current?.render(facts);
  }
}

/** What is typed, asked, done or was said, in this order. */
function BottomLine({ view, shell, facts, hint }: PartProps & Pick<AppProps, 'hint'>) {
  const { overlay, message, doing } = view;
  const { columns } = facts.size;
  if (overlay?.type === 'text')
    return <FieldLine label={overlay.label} field={overlay.field} columns={columns} />;
  if (overlay?.type === 'palette')
    return <FieldLine label=":" field={overlay.list.field} columns={columns} />;
  if (overlay?.type === 'confirm') return <MessageLine message={{ text: overlay.text, token: 'warning' }} />;
  if (overlay?.type === 'quit') {
    const text = `${facts.session.running} running: quit and cancel?`;
    return <MessageLine message={{ text, token: 'warning' }} />;
  }
  const open = shell.field(facts);
  if (open !== undefined) {
    return <FieldLine label={open.label} field={open.field} note={open.note} columns={columns} />;
  }
  if (message !== undefined) return <MessageLine message={message} />;
  if (doing !== undefined) return <MessageLine message={{ text: doing, token: 'busy' }} />;
  const text = lastTold(facts) ?? hint();
  return <MessageLine message={text === undefined ? undefined : { text, token: 'faint' }} />;
}

/** What was told last, unless it is a notice already. */
function lastTold({ session }: ScreenFacts): string | undefined {
  const told = session.notices.at(-1);
  return told?.level === 'info' ? told.text : undefined;
}

function TooSmall({ size }: { readonly size: Size }) {
  return (
    <Text wrap="truncate">
      {`llx needs ${SMALLEST.columns}×${SMALLEST.rows}, this is ${size.columns}×${size.rows}. q quits.`}
    </Text>
  );
}
