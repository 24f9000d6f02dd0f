import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runLlx } from '../support/llx-process.ts';
import { copyProject } from '../support/project-copy.ts';

vi.setConfig({ testTimeout: 60_000 });

const ORDERS = `import { IoTDataPlaneClient, PublishCommand } from '@aws-sdk/client-iot-data-plane';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
export const handler = async ({ sku }: { sku: string }) => {
  const payload = JSON.stringify({ sku });
  await new IoTDataPlaneClient().send(new PublishCommand({ topic: 'orders/created', payload: Buffer.from(payload) }));
  const sqs = new SQSClient();
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'invoices' }));
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: payload }));
  await new LambdaClient().send(new InvokeCommand({ FunctionName: 'stock', Payload: payload }));
  return sku;
};
`;

const CALLS = [
  { publish: { topic: 'orders/created', payload: { sku: 'MUG' } } },
  { sendMessage: { queue: 'invoices', body: { $partial: { sku: 'MUG' } } } },
  { invoke: { function: 'stock', payload: { sku: 'MUG' } } },
];

let copy: Awaited<ReturnType<typeof copyProject>>;

beforeAll(async () => {
  copy = await copyProject(fileURLToPath(new URL('testing-project', import.meta.url)));
  const functions = {
    orders: { handler: 'src/orders.handler', timeout: 30 },
    stock: { handler: 'src/functions.echo', timeout: 30 },
  };
  await write('llx.config.json', JSON.stringify({ functions }));
  await write('src/orders.ts', ORDERS);
});

afterAll(() => copy.remove());

async function write(path: string, text: string): Promise<void> {
  const file = join(copy.directory, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

test('what a function publishes, sends and invokes is expected, and nothing else', async () => {
  const [, sent, ...others] = CALLS;
  const expectations = {
    all: { calls: CALLS, callsExactly: true },
    other: { calls: [{ sendMessage: { queue: 'invoices', body: { sku: 'CUP' } } }] },
    more: { calls: others, callsExactly: true },
    some: { answer: 'MUG', calls: [sent] },
  };
  for (const [name, expected] of Object.entries(expectations)) {
    const fixture = { event: { sku: 'MUG' }, expect: expected };
    await write(`fixtures/events/orders/${name}.json`, JSON.stringify(fixture));
  }
  const env = { GITHUB_ACTIONS: '', NO_COLOR: '1' };
  const { stdout, code } = await runLlx(['smoke', '--reporter', 'json'], { cwd: copy.directory, env });
  const { cases }: { cases: { name: string; status: string; mismatches: { part: string }[] }[] } =
    JSON.parse(stdout);
  expect(code).toBe(1);
  expect(
    cases.map(({ name, status, mismatches }) => [
      name,
      status,
      [...new Set(mismatches.map(({ part }) => part))],
    ]),
  ).toEqual([
    ['orders/all', 'passed', []],
    ['orders/more', 'failed', ['calls']],
    ['orders/other', 'failed', ['calls']],
    ['orders/some', 'passed', []],
  ]);
});
