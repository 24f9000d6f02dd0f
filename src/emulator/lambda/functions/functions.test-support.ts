import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { LambdaClient, type LambdaServiceException } from '@aws-sdk/client-lambda';
import { expect } from 'vitest';
import { ZipFile } from 'yazl';
import { DEVELOPMENT_KEY } from '../../../signature/development-key.ts';
import { addCodeRoute } from '../../code/code-route.ts';
import { createApiServer } from '../../http/api-server.ts';
import { ServiceRouter } from '../../http/service-router.ts';
import { addServiceRoutes } from '../../http/service-routes.ts';
import type { IamConfig } from '../../identity/iam-config.ts';
import { Identities } from '../../identity/identities.ts';
import { RequestAccess } from '../../identity/request-access.ts';
import { TestClock } from '../../service.test-support.ts';
import { openState } from '../../state/open-state.ts';
import type { State } from '../../state/state.ts';
import { ordersRegistry } from '../lambda.test-support.ts';
import { lambdaService } from '../lambda-service.ts';
import { type OpenFunctions, openFunctions } from './open-functions.ts';

export const SCOPE = { account: '000000000000', region: 'us-east-1' };
export const ROLE = 'arn:aws:iam::000000000000:role/orders';

export const START = Date.UTC(2026, 0, 12, 9, 30);

/** What every creation needs, of Node.js. */
export const MINIMUM = { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: ROLE } as const;

export type TestLambda = OpenFunctions & {
  readonly client: LambdaClient;
  readonly identities: Identities;
  readonly state: State;
  readonly clock: TestClock;
  /** `http://127.0.0.1:…` */
  readonly url: string;
  close(): Promise<void>;
};

/** Lambda's functions behind a real port, with the function `orders` of the configuration. */
export async function openTestLambda(options: { readonly iam?: IamConfig } = {}): Promise<TestLambda> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-functions-'));
  const state = openState({ directory, ephemeral: true });
  const clock = new TestClock(START);
  const identities = new Identities({ ...SCOPE, iam: options.iam, functions: [{ name: 'orders' }] });
  const access = new RequestAccess(identities);
  const registry = ordersRegistry({ stubbed: false });
  const api = createApiServer({ host: '127.0.0.1', port: 0 });
  let url = '';
  const functions = openFunctions({
    state,
    scope: SCOPE,
    clock,
    registry,
    identities,
    endpoint: () => url,
    concurrency: { reservedOf: (name) => (name === 'reserved' ? 7 : undefined), unreserved: 993 },
    onNotice: (text) => expect.fail(text),
  });
  registry.attach(functions.functions);
  const router = new ServiceRouter([lambdaService(functions.operations)], {
    access,
    onDefect(error) {
      throw error;
    },
  });
  addCodeRoute(api.app, async () => functions);
  addServiceRoutes(api, async () => ({
    router,
    urls: { handle: () => expect.fail('there are no URLs') },
    metricsText: () => expect.fail('there are no metrics'),
  }));
  url = (await api.listen()).url;
  const client = new LambdaClient({
    endpoint: url,
    region: SCOPE.region,
    credentials: DEVELOPMENT_KEY,
    maxAttempts: 1,
  });
  return {
    ...functions,
    client,
    identities,
    state,
    clock,
    url,
    async close() {
      client.destroy();
      functions.close();
      await api.close();
      state.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type ZipContent = Readonly<Record<string, string | { readonly text: string; readonly mode: number }>>;

export async function zipOf(content: ZipContent): Promise<Uint8Array> {
  const zip = new ZipFile();
  for (const [name, file] of Object.entries(content)) {
    const { text, mode } = typeof file === 'string' ? { text: file, mode: 0o100644 } : file;
    zip.addBuffer(Buffer.from(text), name, { mode, mtime: new Date(2026, 0, 1) });
  }
  zip.end();
  return new Uint8Array(await buffer(zip.outputStream));
}

/** HTTP status, error and text of a call that is refused. */
export async function refusal(
  call: Promise<unknown>,
): Promise<readonly [number | undefined, string, string]> {
  const error = await call.then(
    () => expect.fail('the call succeeded'),
    (reason: LambdaServiceException) => reason,
  );
  return [error.$metadata.httpStatusCode, error.name, error.message];
}
