import { Box, Text, useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { causeText } from '../session/connection-text.ts';
import { isRunning } from '../session/session-state.ts';
import type { SessionState } from '../session/store.ts';
import type { FrameSource } from './frame-source.ts';
import { detailLines } from './invocation/detail-lines.ts';
import { InvocationDetail } from './invocation/invocation-detail.tsx';
import { InvocationList } from './invocations/invocation-list.tsx';
import { keyNames } from './key-names.ts';
import { bindingOf, type Facts } from './key-table.ts';
import { DropLines } from './shell/drop-lines.tsx';
import { Footer, type Message, MessageLine, sessionMessage } from './shell/footer.tsx';
import { Header, type Mode } from './shell/header.tsx';
import { Help } from './shell/help.tsx';
import { useSeconds } from './use-seconds.ts';
import {
  firstLine,
  INITIAL_VIEW,
  keyContext,
  pressKey,
  selectedIndex,
  type ViewState,
} from './view-state.ts';

export type AppProps = {
  readonly frames: FrameSource;
  readonly mode: Mode;
  readonly lane: string;
  readonly now: () => number;
  /** Stops this process until it is continued. */
  readonly suspend: () => Promise<void>;
  readonly onQuit: () => void;
};

type Size = { readonly columns: number; readonly rows: number };

const SMALLEST: Size = { columns: 60, rows: 15 };

/** Rows that are not the screen's own: header, message, footer; and the headings of each screen. */
const FRAME_ROWS = { list: 4, detail: 6 } as const;

export function App({ frames, mode, lane, now, suspend, onQuit }: AppProps) {
  const { state, drops: latestDrops } = useSyncExternalStore(frames.subscribe, frames.getSnapshot);
  const size = useWindowSize();
  const { exit, suspendTerminal } = useApp();
  const [view, setView] = useState(INITIAL_VIEW);
  // The smallest screen has no room for them beside all the keys.
  const drops = view.help ? [] : latestDrops;
  const room = { columns: size.columns, rows: size.rows - drops.length };
  const running = state.invocations.some(isRunning);
  const time = useSeconds(now, running);

  // The only one: every active `useInput` gets every key, and there is no way to stop one from reaching the others.
  useInput((input, key) => {
    const keys = keyNames(input, key);
    if (keys.some((name) => bindingOf(keyContext(view), name)?.id === 'suspend')) {
      suspendTerminal(suspend).catch((error: unknown) => {
        // Windows has no SIGTSTP.
        setView((before) => ({ ...before, message: `Cannot suspend: ${causeText(error)}` }));
      });
    }
    // Whether to ask before quitting must not hang on a frame that is yet to be drawn.
    const runningNow = frames.latest().state.invocations.filter(isRunning).length;
    setView((before) =>
      keys.reduce(
        (next, name) => pressKey(next, name, { ...factsOf(next, state, room), running: runningNow }),
        before,
      ),
    );
  });
  // Pasted text is not a command.
  usePaste(() => {});

  // While the question stood there, the last one ended: there is nothing left to ask.
  useEffect(() => {
    if (view.asking && !running) setView((before) => ({ ...before, asking: false, done: true }));
  }, [view.asking, running]);

  useEffect(() => {
    if (!view.done) return;
    onQuit();
    exit();
  }, [view.done, onQuit, exit]);

  if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) return <TooSmall size={size} />;
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Header state={state} mode={mode} lane={lane} columns={size.columns} />
      <Box flexGrow={1} flexShrink={1} overflow="hidden">
        <Screen view={view} state={state} size={room} now={time} invocation={mode.invocation} />
      </Box>
      <DropLines drops={drops} />
      <MessageLine message={messageOf(view, state)} />
      <Footer context={keyContext(view)} />
    </Box>
  );
}

type ScreenProps = {
  readonly view: ViewState;
  readonly state: SessionState;
  /** Without the rows that show what was dropped. */
  readonly size: Size;
  readonly now: number;
  readonly invocation: Mode['invocation'];
};

function Screen({ view, state, size, now, invocation }: ScreenProps) {
  const facts = factsOf(view, state, size);
  const selected = selectedIndex(view, facts);
  const record = state.invocations[selected];
  if (view.help) return <Help context={view.screen} rows={size.rows - 3} columns={size.columns} />;
  if (view.screen === 'detail' && record !== undefined) {
    return (
      <InvocationDetail
        record={record}
        tab={view.tab}
        first={firstLine(view, facts)}
        columns={size.columns}
        rows={facts.page}
      />
    );
  }
  return (
    <InvocationList
      state={state}
      selected={selected}
      following={view.selected === undefined}
      columns={size.columns}
      rows={facts.page}
      now={now}
      invocation={invocation}
    />
  );
}

function TooSmall({ size }: { readonly size: Size }) {
  return (
    <Text wrap="truncate">
      {`llx needs ${SMALLEST.columns}×${SMALLEST.rows}, this is ${size.columns}×${size.rows}. q quits.`}
    </Text>
  );
}

function messageOf(view: ViewState, state: SessionState): Message | undefined {
  if (view.asking) {
    const running = state.invocations.filter(isRunning).length;
    return { text: `${running} running: quit and cancel?`, token: 'warning' };
  }
  return view.message === undefined ? sessionMessage(state) : { text: view.message, token: 'warning' };
}

function factsOf(view: ViewState, state: SessionState, size: Size): Facts {
  const ids = state.invocations.map(({ id }) => id);
  const record = view.screen === 'detail' ? state.invocations[selectedIndex(view, { ids })] : undefined;
  return {
    ids,
    running: state.invocations.filter(isRunning).length,
    page: Math.max(1, size.rows - FRAME_ROWS[view.screen]),
    lines: record === undefined ? 0 : detailLines(record, view.tab, size.columns).length,
  };
}
