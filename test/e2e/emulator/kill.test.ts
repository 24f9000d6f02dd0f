import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../src/signature/development-key.ts';
import { NODE_FUNCTION, zipOf } from '../../support/deployed-code.ts';
import { type LlxProcess, startLlx } from '../../support/llx-process.ts';
import { type Clients, KillLedger, WRITER, WRITER_SOURCE } from './kill-ledger.ts';

/** The whole of it: LLX_KILLS=200 */
const KILLS = Number(process.env.LLX_KILLS ?? 10);
const LONGEST_ROUND_MS = 300;

let directory: string;
let code: Uint8Array;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-kill-'));
  code = await zipOf({ 'index.mjs': 'export const handler = async () => 1;' });
});

afterAll(() => rm(directory, { recursive: true }));

async function start(): Promise<{ readonly llx: LlxProcess; readonly clients: Clients; close(): void }> {
  const llx = await startLlx(['emulator', '--port', '0', '--mqtt-port', '0', '--wss-port', '0'], {
    cwd: directory,
  });
  const { endpoint } = llx.ready;
  const settings = { endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY, maxAttempts: 1 };
  const lambda = new LambdaClient(settings);
  const sqs = new SQSClient(settings);
  const queueUrl = `${endpoint}/000000000000/ledger`;
  const close = (): void => {
    lambda.destroy();
    sqs.destroy();
  };
  return { llx, clients: { lambda, sqs, queueUrl, code }, close };
}

test(`nothing that was acknowledged is lost by kill -9 at ${KILLS} moments under load`, {
  timeout: 60_000 + KILLS * 3_000,
}, async () => {
  const file = join(directory, 'events.txt');
  await writeFile(file, '');
  const ledger = new KillLedger(file);
  const first = await start();
  const Attributes = { VisibilityTimeout: '1' };
  await first.clients.sqs.send(new CreateQueueCommand({ QueueName: 'ledger', Attributes }));
  const ZipFile = await zipOf({ 'index.mjs': WRITER_SOURCE });
  await first.clients.lambda.send(
    new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName: WRITER, Code: { ZipFile } }),
  );
  let running = first;
  for (let kill = 0; kill < KILLS; kill++) {
    const killed = new AbortController();
    const loaded = ledger.load(running.clients, killed.signal);
    // Half of them at any moment, half when something of each kind has been acknowledged.
    if (kill % 2 === 0) await Promise.race([ledger.oneOfEach(), loaded]);
    await Promise.race([delay(Math.random() * LONGEST_ROUND_MS), loaded]);
    killed.abort();
    running.llx.child.kill('SIGKILL');
    await running.llx.exit;
    await loaded;
    running.close();
    running = await start();
    expect(await ledger.lostFunctions(running.clients)).toEqual([]);
  }
  expect(await ledger.lostMessages(running.clients)).toEqual([]);
  await expect.poll(() => ledger.openEvents(), { timeout: 30_000 }).toEqual([]);
  for (const [what, count] of Object.entries(ledger.counts)) expect([what, count > 0]).toEqual([what, true]);
  running.close();
  await running.llx.stop();
});
