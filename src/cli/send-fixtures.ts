import { httpRequest } from '../emulator/http/http-request.ts';
import { functionOf } from '../fixtures/fixture.ts';
import { type FixtureFile, listFixtures, loadFixture } from '../fixtures/load-fixtures.ts';
import { LAMBDA } from '../protocol/limits.ts';
import type { SessionStore } from '../session/store.ts';
import type { CredentialProvider } from '../signature/credentials.ts';
import { signRequest } from '../signature/sign-request.ts';
import type { Configuration } from './configuration.ts';

type Sending = {
  readonly configuration: Configuration;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly signal: AbortSignal;
};

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

/** Why it failed, or undefined. */
async function send(
  file: FixtureFile,
  { configuration, endpoint, region, credentials, signal }: Sending,
): Promise<string | undefined> {
  const fixture = await loadFixture(file);
  const names = configuration.functions.map(({ name }) => name);
  const name = functionOf(fixture, names);
  if (name === undefined) return `no function is named for it; there are ${names.join(', ')}`;
  const context = fixture.clientContext;
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
  try {
    const method = 'POST';
    const body = JSON.stringify(fixture.event);
    const unsigned = {
      'content-type': 'application/json',
      ...(context === undefined
        ? {}
        : { 'x-amz-client-context': Buffer.from(JSON.stringify(context)).toString('base64') }),
    };
    const signature = signRequest({
      method,
      url,
      headers: unsigned,
      body: Buffer.from(body),
      service: 'lambda',
      region,
      credentials: await credentials(),
    });
    const answer = await httpRequest(url, {
      method,
      headers: { ...unsigned, ...signature },
      body,
      limitBytes: LAMBDA.responseBytes,
      signal,
    });
    const text = answer.body.slice(0, 300);
    if (answer.status !== 200) return `${answer.status} ${text}`;
    return answer.headers['x-amz-function-error'] === undefined ? undefined : `the function failed: ${text}`;
  } catch (error) {
    // Interrupted, the fixtures behind it are not sent either.
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
