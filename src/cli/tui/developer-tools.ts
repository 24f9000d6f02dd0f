import type { Runtime } from '../../runtime/invocation.ts';
import { LocalRuns } from '../../session/local-run.ts';
import type { SourceLocation } from '../../session/source-location.ts';
import type { SessionStore } from '../../session/store.ts';
import type { TuiActions } from '../../tui/tui-actions.ts';
import { withLane } from '../client-context.ts';
import type { Configuration } from '../configuration.ts';
import type { DevAws } from '../dev-aws.ts';
import type { Interrupt } from '../interrupt.ts';
import { invokeFunction } from '../invoke-function.ts';
import { packagePaths } from '../package-paths.ts';
import { copyText } from './clipboard.ts';
import { editText } from './edit-text.ts';
import { type EditorCommand, editorOf, openCommand } from './editor-command.ts';
import { fixtureActions } from './fixture-actions.ts';
import { runEditor } from './run-editor.ts';
import { absoluteLocation, handlerFile, readAround } from './source-file.ts';

/** What the screens may do with the developer's machine and code. */
export type DeveloperTools = Omit<TuiActions, 'toggle' | 'pin'>;

export type DeveloperToolsParts = {
  readonly aws: DevAws;
  readonly configuration: Configuration;
  readonly runtime: Runtime;
  readonly store: SessionStore;
  readonly lane: string;
  readonly interrupt: Pick<Interrupt, 'lendTerminal'>;
  /** Aborted when llx ends: what still runs is stopped. */
  readonly signal: AbortSignal;
  /** @default those of the process */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly terminal?: { write(text: string): unknown };
};

export function createDeveloperTools(parts: DeveloperToolsParts): DeveloperTools {
  const { aws, configuration, runtime, store, lane, signal, interrupt } = parts;
  const { env = process.env, terminal = process.stdout } = parts;
  const specOf = (name: string) => aws.functions.find((spec) => spec.name === name);
  const runs = new LocalRuns({ runtime, store, specOf, lane });
  signal.addEventListener('abort', () => void runs.close(), { once: true });

  const run = (command: EditorCommand): Promise<void> =>
    interrupt.lendTerminal(() => runEditor(command, signal));

  async function replay(request: Parameters<TuiActions['replay']>[0]): Promise<void> {
    await runs.run(request);
  }

  return {
    replay,
    ...fixtureActions({
      directories: [configuration.fixtureDirectory, packagePaths.fixtures],
      configuration,
      send: (request) => sendEvent(request, parts, (here) => replay({ ...here, replayOf: undefined })),
    }),
    edit: (text, extension) => editText(text, { extension, editor: editorOf(env), run }),
    async openSource(functionName, location) {
      const spec = specOf(functionName);
      if (spec === undefined) throw new Error(`${functionName} is no function of this session.`);
      const place = location === undefined ? await beginningOf(spec) : absoluteLocation(location, spec.root);
      await run(openCommand(editorOf(env), place));
    },
    readSource: (location) => readAround(absoluteLocation(location, configuration.root)),
    copy: (text) => copyText(text, { env, terminal }),
  };
}

type Send = Omit<Parameters<TuiActions['replay']>[0], 'replayOf'>;

/** By the way that any caller's event takes, where there is an emulator; what the function fails with shows in the list. */
async function sendEvent(
  request: Send,
  { aws, lane, signal }: DeveloperToolsParts,
  runHere: (request: Send) => Promise<void>,
): Promise<void> {
  const { endpoint, region, credentials } = aws;
  if (endpoint === undefined) return runHere(request);
  const clientContext = withLane(request.clientContext, lane);
  const failure = await invokeFunction(
    { ...request, ...(clientContext === undefined ? {} : { clientContext }) },
    { endpoint, region, credentials, signal },
  );
  if (failure !== undefined) throw new Error(`${request.functionName}: ${failure}`);
}

async function beginningOf(spec: Parameters<typeof handlerFile>[0]): Promise<SourceLocation> {
  const file = await handlerFile(spec);
  if (file === undefined)
    throw new Error(`There is no file for the handler ${spec.handler} in ${spec.root}.`);
  return { file, line: 1 };
}
