import { httpRequest } from '../emulator/http/http-request.ts';
import { functionOf } from '../fixtures/fixture.ts';
import { type FixtureFile, listFixtures, loadFixture } from '../fixtures/load-fixtures.ts';
import { LAMBDA } from '../protocol/limits.ts';
import type { SessionStore } from '../session/store.ts';
import type { Configuration } from './configuration.ts';

/**
 * Sends each of the project's fixtures once, one after the other, over the emulator's Lambda API. True when there was at
 * least one and every one of them was answered without a function error.
 */
export async function sendFixtures(options: {
  readonly configuration: Configuration;
  readonly endpoint: string;
  readonly store: SessionStore;
  readonly signal: AbortSignal;
}): Promise<boolean> {
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

/** Why it failed, or undefined. */
async function send(
  file: FixtureFile,
  {
    configuration,
    endpoint,
    signal,
  }: { configuration: Configuration; endpoint: string; signal: AbortSignal },
): Promise<string | undefined> {
  const fixture = await loadFixture(file);
  const names = configuration.functions.map(({ name }) => name);
  const name = functionOf(fixture, names);
  if (name === undefined) return `no function is named for it; there are ${names.join(', ')}`;
  const context = fixture.clientContext;
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  try {
    const { status, headers, body } = await httpRequest(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(context === undefined
          ? {}
          : { 'x-amz-client-context': Buffer.from(JSON.stringify(context)).toString('base64') }),
      },
      body: JSON.stringify(fixture.event),
      limitBytes: LAMBDA.responseBytes,
      signal,
    });
    if (status !== 200) return `${status} ${body.slice(0, 300)}`;
    return headers['x-amz-function-error'] === undefined
      ? undefined
      : `the function failed: ${body.slice(0, 300)}`;
  } catch (error) {
    // Interrupted, the fixtures behind it are not sent either.
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
