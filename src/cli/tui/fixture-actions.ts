import { findFixture, listFixtures, readFixtures } from '../../fixtures/load-fixtures.ts';
import { fixtureText, saveFixture } from '../../fixtures/save-fixture.ts';
import type { InvocationRecord } from '../../session/store.ts';
import type { ReplayRequest, TuiActions, TuiFixture } from '../../tui/tui-actions.ts';
import type { Configuration } from '../configuration.ts';
import { fixtureFunctionName, recordedInvocation, secretVariables } from '../recorded-invocation.ts';

export type FixtureActionsOptions = {
  /** The project's own first: there new ones are saved. */
  readonly directories: readonly [string, ...string[]];
  readonly configuration: Pick<Configuration, 'functions' | 'record'>;
  /** Runs an event as a new invocation: through Lambda's API where there is one, else here. */
  readonly send: (request: Omit<ReplayRequest, 'replayOf'>) => Promise<void>;
};

/** What the screens do with fixtures. */
export function fixtureActions({
  directories,
  configuration,
  send,
}: FixtureActionsOptions): Pick<TuiActions, 'fixtures' | 'sendFixture' | 'saveFixture'> {
  return {
    async fixtures(): Promise<readonly TuiFixture[]> {
      const [own, all] = await Promise.all([listFixtures([directories[0]]), listFixtures(directories)]);
      const names = new Set(own.map(({ name }) => name));
      // What ships is for those who have none yet: it must not stand between one's own.
      return readFixtures([...own, ...all.filter(({ name }) => !names.has(name))]);
    },
    async sendFixture(name, functionName) {
      const { event, clientContext } = await findFixture(name, directories);
      await send({
        functionName,
        event: Buffer.from(JSON.stringify(event)),
        ...(clientContext === undefined ? {} : { clientContext }),
      });
    },
    saveFixture: (record, { name, overwrite = false }) =>
      saveRecord(record, configuration, { name, overwrite, directory: directories[0] }),
  };
}

/** An invocation as a fixture without its secrets: its event, and what it gave as what is expected. */
async function saveRecord(
  record: InvocationRecord,
  { functions, record: rules }: FixtureActionsOptions['configuration'],
  { name, ...options }: { readonly name: string; readonly directory: string; readonly overwrite: boolean },
): Promise<{ readonly name: string; readonly file: string }> {
  // Loaded when it is asked for: a start needs nothing of it.
  const { recordedFixture } = await import('../../fixtures/record/recorded-fixture.ts');
  const functionName = fixtureFunctionName(record.functionName, functions);
  const { content } = recordedFixture(
    recordedInvocation(record, functionName),
    rules,
    secretVariables(functions),
  );
  return { name, file: await saveFixture({ name, text: fixtureText(content) }, options) };
}
