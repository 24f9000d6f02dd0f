import type { Runtime } from '../runtime/invocation.ts';
import type { Session } from '../session/session.ts';
import type { SessionStore } from '../session/store.ts';
import type { Mode } from '../tui/shell/header.tsx';
import type { Closers } from './closers.ts';
import type { Configuration } from './configuration.ts';
import { watchCredentials } from './credentials-watch.ts';
import type { DevAws } from './dev-aws.ts';
import { openHintFile } from './hint-file.ts';
import type { Interrupt } from './interrupt.ts';
import { invocationCommand } from './invocation-command.ts';
import type { Output } from './output.ts';
import { type ActionParts, createTuiActions } from './tui-actions.ts';

/** The screen of `llx dev`, open before anything else is. */
export type DevScreen = {
  /** Aborted when the user has left it, or it has crashed. */
  readonly signal: AbortSignal;
  /** Resolves when the user leaves it; rejects when it crashes. Undefined: there is no screen. */
  readonly left: Promise<void> | undefined;
  /** What the session runs against is known. */
  opened(aws: DevAws): void;
  /** The session has its lanes: the actions of the screens work. */
  serving(session: Session, aws: DevAws): Promise<void>;
};

export type DevScreenOptions = {
  readonly output: Output;
  readonly store: SessionStore;
  readonly configuration: Configuration;
  readonly runtime: Runtime;
  readonly lane: string;
  /** Before it is known what is at the other end: LIVE, EMULATOR, OFFLINE, BROKER. */
  readonly label: string;
  /** Invocations are being written as fixtures. @default false */
  readonly recording?: boolean;
  readonly closers: Closers;
  /** By a signal of the system. */
  readonly interrupt: Interrupt;
};

export function openDevScreen(options: DevScreenOptions): DevScreen {
  const { output, store, configuration, runtime, lane, closers, interrupt, recording = false } = options;
  const gone = new AbortController();
  const signal = AbortSignal.any([interrupt.signal, gone.signal]);
  const serving = Promise.withResolvers<ActionParts>();
  let parts: ActionParts | undefined;
  const left = output.show({
    mode: { label: options.label, endpoint: '', recording },
    lane,
    actions: createTuiActions({ store, parts: () => parts, serving: serving.promise }),
    ping: async () => await parts?.session.roundTrip(),
    hints: openHintFile(configuration.root),
  });
  left?.finally(() => gone.abort()).catch(() => undefined);
  return {
    signal,
    left,
    opened(aws) {
      const { endpoint } = aws;
      const invocation = (name: string) => invocationCommand({ endpoint, lane }, name);
      output.setMode({ ...whereOf(aws), invocation, recording });
    },
    async serving(session, aws) {
      if (left === undefined) return;
      // Only a screen needs them.
      const { createDeveloperTools } = await import('./tui/developer-tools.ts');
      const tools = createDeveloperTools({ aws, configuration, runtime, store, lane, signal, interrupt });
      parts = { session, tools };
      serving.resolve(parts);
      if (aws.mode !== 'live') return;
      const watch = watchCredentials(aws.credentials, store);
      closers.add(() => watch.close());
    },
  };
}

/** What is at the other end: an emulator of somebody else's process is not AWS, whatever it plays. */
export function whereOf({
  mode,
  endpoint,
  place,
  identity,
}: Pick<DevAws, 'mode' | 'endpoint' | 'place' | 'identity'>): Pick<Mode, 'label' | 'endpoint'> {
  if (mode !== 'live') return { label: mode.toUpperCase(), endpoint: place };
  if (endpoint !== undefined) return { label: 'EMULATOR', endpoint };
  // Of an ARN what says who: user/anna, assumed-role/Developer/anna.
  const who = identity?.split(':').slice(5).join(':');
  return { label: 'LIVE', endpoint: who === undefined ? place : `${place} ${who}` };
}
