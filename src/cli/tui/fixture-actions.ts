import { parseJson } from '../../fixtures/json-text.ts';
import { findFixture, listFixtures, readFixtures } from '../../fixtures/load-fixtures.ts';
import { type SavedFixture, saveFixture } from '../../fixtures/save-fixture.ts';
import { isAnswerCut } from '../../session/record-answer.ts';
import type { InvocationRecord } from '../../session/store.ts';
import type { ReplayRequest, TuiActions, TuiFixture } from '../../tui/tui-actions.ts';

export type FixtureActionsOptions = {
  /** The project's own first: there new ones are saved. */
  readonly directories: readonly [string, ...string[]];
  /** Runs an event as a new invocation: through Lambda's API where there is one, else here. */
  readonly send: (request: Omit<ReplayRequest, 'replayOf'>) => Promise<void>;
};

/** What the screens do with fixtures. */
export function fixtureActions({
  directories,
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
      saveRecord(record, { name, overwrite, directory: directories[0] }),
  };
}

/** An invocation as a fixture: its event, and its answer as the expected one when it succeeded. */
export async function saveRecord(
  record: InvocationRecord,
  { name, ...options }: { readonly name: string; readonly directory: string; readonly overwrite: boolean },
): Promise<SavedFixture> {
  if (record.bodiesLeftOut) throw new Error('Its event is no longer kept.');
  const clientContext = record.context?.clientContext;
  const expected = record.errorType === undefined ? jsonOf(record) : undefined;
  return saveFixture(
    {
      name,
      functionName: record.functionName,
      event: parsed(record.event),
      ...(clientContext === undefined ? {} : { clientContext }),
      ...(expected === undefined ? {} : { expect: expected.value }),
    },
    options,
  );
}

/** An answer that is whole and JSON; a stream, or the beginning of one, is nothing to expect. */
function jsonOf(record: InvocationRecord): { readonly value: unknown } | undefined {
  const { answer } = record;
  if (answer === undefined || isAnswerCut(record)) return undefined;
  const outcome = parseJson(new TextDecoder().decode(answer));
  return outcome.status === 'parsed' ? { value: outcome.value } : undefined;
}

function parsed(event: Uint8Array): unknown {
  const outcome = parseJson(new TextDecoder().decode(event));
  if (outcome.status === 'parsed') return outcome.value;
  throw new Error('Its event is not JSON: it cannot be a fixture.');
}
