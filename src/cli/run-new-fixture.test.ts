import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type NewFixtureFlags, newFixtureCommand } from './run-new-fixture.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-new-'));
  const functions = { orders: { handler: 'orders.handler' } };
  await writeFile(join(directory, 'llx.config.json'), JSON.stringify({ functions, region: 'eu-central-1' }));
  await writeFile(join(directory, 'order.json'), '{"id":"A-1042"}\n');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function run(template: string, flags: Partial<NewFixtureFlags> = {}): Promise<string> {
  let printed = '';
  const stdout = { write: (text: string) => (printed += text) };
  await newFixtureCommand(template, { set: [], ...flags }, { directory, stdout });
  return printed;
}

test('an event is printed, of the plain one of those that are called so', async () => {
  const set = ['requestContext.http.method=POST', 'rawPath=/orders', 'body=@order.json'];
  expect(JSON.parse(await run('apigateway/http', { set }))).toMatchObject({
    version: '2.0',
    routeKey: 'POST /orders',
    body: '{"id":"A-1042"}',
    headers: { 'content-type': 'application/json', 'content-length': '15' },
    requestContext: { accountId: '000000000000', http: { method: 'POST', path: '/orders' } },
  });
});

test('with a name it is a fixture of the project, written over only when that was said', async () => {
  const flags = { name: 'orders/create', function: 'orders', set: ['Records[0].body=1'] };
  const file = join(directory, 'fixtures/events/orders/create.json');
  expect(await run('sqs/standard', flags)).toBe(`${file}\n`);
  const read = async () => JSON.parse(await readFile(file, 'utf8'));
  expect(await read()).toMatchObject({
    function: 'orders',
    event: { Records: [{ body: '1', awsRegion: 'eu-central-1' }, {}, {}] },
  });
  const again = { ...flags, set: ['Records[0].body=2'] };
  await expect(run('sqs/standard', again)).rejects.toMatchObject({
    code: 'LLX_USAGE',
    mend: 'llx fixtures new sqs/standard --name orders/create --force',
  });
  expect((await read()).event.Records[0].body).toBe('1');
  await run('sqs/standard', { ...again, force: true });
  expect((await read()).event.Records[0].body).toBe('2');
});

test.each<[string, Partial<NewFixtureFlags>, string, string]>([
  ['sqs/standard', { set: ['x'] }, 'LLX_USAGE', 'Expected --set PATH=VALUE, found "x".'],
  [
    'sqs/standard',
    { set: ['Records[9].body=1'] },
    'LLX_USAGE',
    '--set: expected a list with 9 items or more at Records, found 3.',
  ],
  [
    'sqs/standard',
    { name: '../x' },
    'LLX_USAGE',
    'Expected letters, digits and . _ @ + - between slashes, found "..".',
  ],
])('%s %j is refused', async (template, flags, code, message) => {
  await expect(run(template, flags)).rejects.toMatchObject({ code, message });
});

test('a file that cannot be read, and an event that there is none of, are told', async () => {
  await expect(run('sqs/standard', { set: ['a=@missing.json'] })).rejects.toMatchObject({
    code: 'LLX_EVENT_INVALID',
  });
  await expect(run('sqs/nope')).rejects.toMatchObject({ code: 'LLX_FIXTURE_UNKNOWN' });
});
