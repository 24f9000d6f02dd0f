import { functionsOf } from '../fixtures/fixture.ts';
import { type FixtureFile, listFixtures, loadFixture } from '../fixtures/load-fixtures.ts';
import type { SessionStore } from '../session/store.ts';
import type { Configuration } from './configuration.ts';
import { invokeFunction } from './invoke-function.ts';
import type { LambdaApi } from './lambda-call.ts';

type Sending = LambdaApi & { readonly configuration: Configuration };

/**
 * Sends each of the project's fixtures once, one after the other, over the emulator's Lambda API. True when there was at
 * least one and every one of them was answered without a function error.
 */
export async function sendFixtures(options: Sending & { readonly store: SessionStore }): Promise<boolean> {
  const { configuration, store } = options;
  const files = await listFixtures([configuration.fixtureDirectory]);
  let answered = 0;
  for (const file of files) {
    const failure = await send(file, options);
    if (failure === undefined) answered += 1;
    else store.dispatch({ type: 'notice', level: 'error', text: `Fixture ${file.name}: ${failure}` });
  }
  store.dispatch({
    type: 'notice',
    level: answered === files.length && answered > 0 ? 'info' : 'error',
    text:
      files.length === 0
        ? `There is no fixture in ${configuration.fixtureDirectory}.`
        : `${files.length} fixtures sent, ${answered} answered, ${files.length - answered} failed.`,
  });
  return answered > 0 && answered === files.length;
}

/** Why it failed, or undefined. Interrupted, the fixtures behind it are not sent either. */
async function send(file: FixtureFile, { configuration, ...api }: Sending): Promise<string | undefined> {
  const fixture = await loadFixture(file);
  const names = configuration.functions.map(({ name }) => name);
  const [functionName] = functionsOf(fixture, configuration.functions);
  if (functionName === undefined) return `no function is named for it; there are ${names.join(', ')}`;
  const { clientContext } = fixture;
  return invokeFunction({ functionName, event: JSON.stringify(fixture.event), clientContext }, api);
}
