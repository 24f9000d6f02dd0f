import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listFixtures, loadFixture } from '../../src/fixtures/load-fixtures.ts';
import { bin, lambdaClient, startLlx } from '../support/llx-process.ts';

const SHIPPED = fileURLToPath(new URL('../../fixtures/events', import.meta.url));
const ENDED = 60_000;

/** Answers with what it was given, and with what no other run gives again. */
const HANDLER = `
import { randomBytes, randomUUID } from 'node:crypto';
export const handler = async (event, context) => {
  if (event?.fail) throw new RangeError(\`no \${event.fail}, asked by \${context.awsRequestId}\`);
  const now = Date.now();
  return {
    statusCode: 200,
    headers: {
      'content-type': 'application/json',
      date: new Date(now).toUTCString(),
      'set-cookie': \`session=\${randomBytes(18).toString('base64url')}; Path=/\`,
      'x-request-id': context.awsRequestId,
    },
    body: JSON.stringify({
      id: randomUUID(),
      at: new Date(now).toISOString(),
      expiresAt: Math.floor(now / 1000) + 900,
      trace: randomBytes(16).toString('hex'),
      database: process.env.DATABASE_PASSWORD,
      event,
    }),
    first: Array.isArray(event?.Records) ? event.Records[0] : event,
  };
};
`;

/** None of them may be in any file. */
const PLANTED = {
  bearer: 'planted-bearer-7f3a91',
  cookie: 'planted-cookie-c0ffee',
  apiKey: 'planted-api-key-42-x',
  password: 'planted-Passw0rd!',
  jwt: `eyJhbGciOiJIUzI1NiJ9.${Buffer.from('{"sub":"planted"}').toString('base64url')}.cGxhbnRlZC1zaWduYXR1cmU`,
  awsKey: 'AKIAPLANTEDPLANTED12',
  email: 'planted.person@shop.test',
  queryToken: 'planted-query-token-9',
  streamSecret: 'planted-stream-secret-5',
  logPassword: 'planted-log-password-6',
  kafkaToken: 'planted-kafka-token-3',
  urlPassword: 'planted-url-password-2',
  environment: 'planted-environment-value-1',
  ofTheProject: 'TENANT-4711-ACME',
} as const;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const SECRET_EVENTS: readonly unknown[] = [
  {
    httpMethod: 'POST',
    path: `/users/${PLANTED.email}`,
    requestContext: {},
    headers: {
      Authorization: `Bearer ${PLANTED.bearer}`,
      Cookie: `sid=${PLANTED.cookie}`,
      'X-Api-Key': PLANTED.apiKey,
      'Content-Length': '80',
    },
    queryStringParameters: { access_token: PLANTED.queryToken },
    body: JSON.stringify({ password: PLANTED.password, note: `signed ${PLANTED.jwt} by ${PLANTED.awsKey}` }),
  },
  { tenant: PLANTED.ofTheProject, url: `postgres://shop:${PLANTED.urlPassword}@db.shop.test/shop` },
  {
    Records: [
      {
        eventSource: 'aws:kinesis',
        kinesis: { data: base64(JSON.stringify({ clientSecret: PLANTED.streamSecret })) },
      },
    ],
  },
  {
    awslogs: {
      data: gzipSync(JSON.stringify({ message: `login password=${PLANTED.logPassword}` })).toString('base64'),
    },
  },
  {
    eventSource: 'aws:kafka',
    records: {
      'orders-0': [
        { value: base64('{}'), headers: [{ authorization: [...Buffer.from(PLANTED.kafkaToken)] }] },
      ],
    },
  },
  { fail: `access for ${PLANTED.email}` },
];

let directory: string;
let sent = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-recorded-'));
  await writeFile(join(directory, 'echo.mjs'), HANDLER);
  const config = {
    functions: {
      echo: {
        handler: 'echo.handler',
        timeout: 60,
        memory: 512,
        environment: { DATABASE_PASSWORD: PLANTED.environment },
      },
    },
    fixtures: 'recorded',
    record: { patterns: ['TENANT-\\d+-[A-Z]+'] },
  };
  await writeFile(join(directory, 'llx.config.json'), JSON.stringify(config));
  const shipped = await Promise.all((await listFixtures([SHIPPED])).map((file) => loadFixture(file)));
  const events = [...shipped.map(({ event }) => event), ...SECRET_EVENTS];
  const llx = await startLlx(
    ['dev', '--offline', '--port', '0', '--mqtt-port', '0', '--ephemeral', '--record'],
    {
      cwd: directory,
    },
  );
  const client = lambdaClient(llx.ready.endpoint);
  try {
    for (const event of [...events, events[0]]) {
      await client.send(new InvokeCommand({ FunctionName: 'echo', Payload: JSON.stringify(event) }));
    }
    sent = events.length;
  } finally {
    client.destroy();
    await llx.stop();
  }
}, 180_000);

afterAll(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

test('each event is one fixture, with a name that says what it is', async () => {
  const names = (await listFixtures([join(directory, 'recorded')])).map(({ name }) => name);
  expect(names).toHaveLength(sent);
  expect(names).toEqual(
    expect.arrayContaining([
      'echo/get-greet-name-ada-200',
      'echo/sqs-3-messages-from-orders-200',
      'echo/post-users-redacted-1-example-com-access-token-redacted-4-200',
      'echo/fail-range-error',
    ]),
  );
});

test('no file holds a secret, in whatever form', async () => {
  const folder = join(directory, 'recorded');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  for (const [index, text] of texts.entries()) {
    // What stands in Base64, zipped or not, and in lists of bytes is read, too.
    const decoded = (text.match(/[A-Za-z0-9+/]{12,}={0,2}/g) ?? []).map((found) => {
      const bytes = Buffer.from(found, 'base64');
      return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString() : bytes.toString();
    });
    const lists = (text.match(/\[[\d,\s]{8,}\]/g) ?? []).map((list) =>
      Buffer.from(JSON.parse(list)).toString(),
    );
    const all = [text, files[index], ...decoded, ...lists].join('\n');
    const found = Object.entries(PLANTED).filter(([, secret]) => all.includes(secret));
    expect([files[index], found]).toEqual([files[index], []]);
  }
});

test('what was recorded of every source is green, unedited', async () => {
  const run = promisify(execFile);
  // Its exit code says the same as its report.
  const { stdout } = await run(process.execPath, [bin, 'smoke', '--reporter', 'json'], {
    cwd: directory,
    maxBuffer: 64 * 1024 * 1024,
    timeout: ENDED,
  }).catch((error: { stdout: string }) => error);
  const { totals, cases } = JSON.parse(stdout);
  const failed = cases.filter(({ status }: { status: string }) => status !== 'passed');
  expect(failed).toEqual([]);
  expect(totals).toMatchObject({ total: sent, passed: sent });
}, 90_000);
