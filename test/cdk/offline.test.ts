import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkExpectation } from '../../src/fixtures/expect/check-expectation.ts';
import type { ObservedError } from '../../src/fixtures/expect/observed.ts';
import { functionsOf } from '../../src/fixtures/fixture.ts';
import { listFixtures, loadFixture } from '../../src/fixtures/load-fixtures.ts';
import { type LlxProcess, lambdaClient, startLlx } from '../support/llx-process.ts';
import { copyApp } from './support/app-copy.ts';
import { sampleApp, synthesize } from './support/synthesize.ts';

const OFFLINE = ['dev', '--offline', '--port', '0', '--mqtt-port', '0'];
/** The CLI asks nobody. */
const SILENT_CDK = {
  CDK_NOTICES: 'false',
  CDK_DISABLE_CLI_TELEMETRY: 'true',
  CDK_DISABLE_VERSION_CHECK: 'true',
  AWS_EC2_METADATA_DISABLED: 'true',
};
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:';

const names = (llx: LlxProcess): readonly string[] => llx.ready.functions.map(({ name }) => name);

describe('llx dev --offline in the folder of a CDK app, from its cdk.out alone', () => {
  let app: Awaited<ReturnType<typeof copyApp>>;
  let llx: LlxProcess;
  let client: LambdaClient;

  beforeAll(async () => {
    app = await copyApp(sampleApp);
    const synthesized = await synthesize({
      cwd: app.directory,
      directory: join(app.directory, 'cdk.out'),
    });
    await synthesized.remove();
    // Nothing is left to synthesize from.
    await Promise.all(['bin', 'lib'].map((folder) => rm(join(app.directory, folder), { recursive: true })));
    llx = await startLlx([...OFFLINE, '--no-synth'], { cwd: app.directory });
    client = lambdaClient(llx.ready.endpoint);
  }, 300_000);

  afterAll(async () => {
    client?.destroy();
    await llx?.stop();
    await app?.remove();
  });

  test('the session has the five functions, by the names that CloudFormation would begin theirs with', () => {
    const names = llx.ready.functions.map(({ name }) => name.replace(/[0-9A-F]{8}$/, '')).sort();
    expect(names).toEqual([
      'Shop-ApproveOrder',
      'Shop-CartCleanup',
      'Shop-OrdersApi',
      'Shop-OrdersQueue',
      'Shop-ReorderButton',
    ]);
    expect(llx.ready.functions.map(({ arn }) => arn)).toEqual(
      llx.ready.functions.map(({ name }) => `${ARN}${name}`),
    );
  });

  test('every fixture of the app is answered as it expects', async () => {
    const fixtures = await Promise.all(
      (await listFixtures([join(sampleApp, 'fixtures', 'events')])).map((file) => loadFixture(file)),
    );
    const found = await Promise.all(
      fixtures.map(async (fixture) => {
        const [functionName] = functionsOf(fixture, names(llx));
        const answer = await client.send(
          new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(fixture.event) }),
        );
        const value: unknown = JSON.parse(answer.Payload?.transformToString() ?? 'null');
        const failed = answer.FunctionError !== undefined;
        const { logs: _, ...expected } = fixture.expect ?? {};
        const mismatches = checkExpectation(expected, {
          answer: failed ? undefined : value,
          ...(failed ? { error: value as ObservedError } : {}),
          logs: [],
          durationMs: 0,
          calls: [],
        });
        return [fixture.name, functionName, mismatches] as const;
      }),
    );
    expect(found.filter(([, , mismatches]) => mismatches.length > 0)).toEqual([]);
    expect(new Set(found.map(([, functionName]) => functionName)).size).toBe(5);
  });

  test('code that was changed after the synth answers, not what was staged', async () => {
    const file = join(app.directory, 'src', 'handlers', 'reorder-button', 'shelves.cjs');
    await writeFile(file, (await readFile(file, 'utf8')).replace('lot: 50', 'lot: 60'));
    const name = llx.ready.functions.find((one) => one.name.startsWith('Shop-ReorderButton'))?.name;
    const press = async (): Promise<unknown> => {
      const answer = await client.send(
        new InvokeCommand({ FunctionName: name, Payload: JSON.stringify({ button: 'button-8' }) }),
      );
      return JSON.parse(answer.Payload?.transformToString() ?? 'null');
    };
    await expect.poll(press, { timeout: 30_000 }).toEqual({ sku: 'PLATE', quantity: 60 });
  }, 60_000);
});

test('without a cdk.out llx dev --offline synthesizes the app first, by the CLI of its own packages', async () => {
  const app = await copyApp(sampleApp);
  try {
    const llx = await startLlx(OFFLINE, { cwd: app.directory, env: SILENT_CDK });
    await llx.stop();
    expect(llx.ready.functions).toHaveLength(5);
    const manifest = await readFile(join(app.directory, 'cdk.out', 'llx.manifest.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ root: '..', app: 'bin/app.ts' });
  } finally {
    await app.remove();
  }
}, 300_000);
