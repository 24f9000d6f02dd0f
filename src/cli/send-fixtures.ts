import { listFixtures, readFixtures } from '../fixtures/load-fixtures.ts';
import type { SessionStore } from '../session/store.ts';
import { casesOf } from '../smoke/smoke-case.ts';
import type { Configuration } from './configuration.ts';
import type { LambdaApi } from './lambda-call.ts';
import { sendCases } from './send-cases.ts';

export type FixturesSending = LambdaApi & {
  readonly configuration: Configuration;
  readonly store: SessionStore;
};

/**
 * Sends each of the project's fixtures once, one after the other, over the emulator's Lambda API. True when there was at
 * least one, and each function failed where its fixture expects that, and nowhere else.
 */
export async function sendFixtures({ configuration, store, ...api }: FixturesSending): Promise<boolean> {
  const { fixtureDirectory, functions } = configuration;
  const cases = casesOf(await readFixtures(await listFixtures([fixtureDirectory])), functions);
  let answered = 0;
  const fail = (name: string, problem: string): void =>
    store.dispatch({ type: 'notice', level: 'error', text: `Fixture ${name}: ${problem}` });
  const sendable = cases.flatMap((one) => {
    if ('fixture' in one) {
      // What they answer is told by `llx smoke`, which runs them as they were written.
      const { expect: { error } = {}, ...fixture } = one.fixture;
      return { ...one, fixture: error === undefined ? fixture : { ...fixture, expect: { error } } };
    }
    fail(one.name, one.problem);
    return [];
  });
  await sendCases(sendable, {
    api,
    concurrency: 1,
    repeat: 1,
    onSent({ case: { name }, problem }) {
      if (problem === undefined) answered += 1;
      else fail(name, problem);
    },
  });
  const isDone = cases.length > 0 && answered === cases.length;
  store.dispatch({
    type: 'notice',
    level: isDone ? 'info' : 'error',
    text:
      cases.length === 0
        ? `There is no fixture in ${fixtureDirectory}.`
        : `${cases.length} fixtures sent, ${answered} answered, ${cases.length - answered} failed.`,
  });
  return isDone;
}
