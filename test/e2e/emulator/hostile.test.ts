import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../src/signature/development-key.ts';
import { signRequest } from '../../../src/signature/sign-request.ts';
import { NODE_FUNCTION, zipOf } from '../../support/deployed-code.ts';
import { zipWithEntry } from '../../support/hostile-zip.ts';
import { type LlxProcess, startLlx } from '../../support/llx-process.ts';

let directory: string;
let llx: LlxProcess;
let slowHead: ReturnType<typeof answerTo>;
let slowBody: ReturnType<typeof answerTo>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-hostile-'));
  llx = await startLlx(['emulator', '--port', '0', '--mqtt-port', '0', '--ephemeral'], { cwd: directory });
  // Waited for at the end: the emulator gives them ten and twenty seconds.
  slowHead = answerTo('GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: ');
  slowBody = answerTo(['POST / HTTP/1.1', HOST, 'content-length: 100', '', 'abc'].join('\r\n'));
});

afterAll(async () => {
  await llx.stop();
  await rm(directory, { recursive: true });
});

const LIST = '/2015-03-31/functions';

/** Resident memory of the emulator. */
function residentMb(): number {
  const status = readFileSync(`/proc/${llx.child.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

function open(): Socket {
  const { hostname, port } = new URL(llx.ready.endpoint);
  return connect(Number(port), hostname);
}

/** What is answered to these bytes: the status, and the exception's name where there is one. */
async function answerTo(bytes: string): Promise<readonly [number, string | undefined]> {
  const socket = open();
  socket.write(bytes);
  socket.on('error', () => undefined);
  const answer = await text(socket);
  return [Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]), /^x-amzn-errortype: (\S+)/im.exec(answer)?.[1]];
}

type Change = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly now?: Date;
  readonly key?: string;
};

/** A signed ListFunctions, with headers that are added after it was signed. */
async function list({ headers = {}, now, key }: Change = {}): Promise<readonly [number, string | null]> {
  const url = `${llx.ready.endpoint}${LIST}`;
  const credentials = key === undefined ? DEVELOPMENT_KEY : { accessKeyId: key, secretAccessKey: 'test' };
  const signature = signRequest({
    method: 'GET',
    url,
    service: 'lambda',
    region: 'us-east-1',
    credentials,
    ...(now === undefined ? {} : { now }),
  });
  const response = await fetch(url, { headers: { ...signature, ...headers } });
  await response.text();
  return [response.status, response.headers.get('x-amzn-errortype')];
}

const HOST = 'host: 127.0.0.1';

describe('a request that could be read in two ways is refused', () => {
  test.each([
    ['two lengths', ['content-length: 4', 'content-length: 5'], 'abcd'],
    ['a length and chunks', ['content-length: 4', 'transfer-encoding: chunked'], '0\r\n\r\n'],
    ['a folded header', ['x-one: a', ' b'], ''],
    ['a space before the colon', ['content-length : 4'], 'abcd'],
    ['a chunk whose size is no number', ['transfer-encoding: chunked'], 'zz\r\nabcd\r\n0\r\n\r\n'],
    ['two hosts', ['host: 127.0.0.1'], ''],
    ['a header name with a null', ['x\0y: a'], ''],
  ])('%s', async (_, headers, body) => {
    const head = ['POST / HTTP/1.1', HOST, ...headers, 'connection: close', '', ''].join('\r\n');
    expect(await answerTo(head + body)).toEqual([400, 'BadRequestException']);
  });

  test('an absolute target, no target, no host', async () => {
    const ask = async (line: string, ...headers: string[]) =>
      await answerTo([line, ...headers, 'connection: close', '', ''].join('\r\n'));
    expect(await ask('GET http://127.0.0.1/metrics HTTP/1.1', HOST)).toEqual([400, 'BadRequestException']);
    expect(await ask('OPTIONS * HTTP/1.1', HOST)).toEqual([400, 'BadRequestException']);
    expect((await ask('GET / HTTP/1.1'))[0]).toBe(400);
  });
});

describe('whoever should not call gets nothing', () => {
  test.each([
    ['a name bound to this address', { host: 'evil.example' }],
    ['a name before the loopback one', { host: 'localhost.evil.example' }],
    ['a user in the host', { host: 'evil@localhost' }],
    ['an address that is written otherwise', { host: '2130706433' }],
    ['a page of another site', { host: 'localhost', origin: 'https://evil.example' }],
    ['a page without an origin', { host: 'localhost', origin: 'null' }],
    ['an image in a page', { host: 'localhost', 'sec-fetch-site': 'cross-site' }],
  ])('%s', async (_, headers) => {
    for (const path of [LIST, '/', '/metrics', '/_llx/state']) {
      const lines = Object.entries(headers).map((pair) => pair.join(': '));
      const request = [`GET ${path} HTTP/1.1`, ...lines, 'connection: close', '', ''].join('\r\n');
      expect(await answerTo(request)).toEqual([403, 'AccessDeniedException']);
    }
  });

  test('signatures that are bad, of nobody, too old, of the future, or do not cover what is asked', async () => {
    expect(await list()).toEqual([200, null]);
    const old = new Date(Date.now() - 16 * 60_000);
    const coming = new Date(Date.now() + 16 * 60_000);
    expect(await list({ now: old })).toEqual([403, 'InvalidSignatureException']);
    expect(await list({ now: coming })).toEqual([403, 'InvalidSignatureException']);
    expect(await list({ key: 'AKIANOBODY' })).toEqual([403, 'UnrecognizedClientException']);
    expect(await list({ headers: { 'x-amz-extra': '1' } })).toEqual([403, 'InvalidSignatureException']);
    const wrong = { authorization: 'AWS4-HMAC-SHA256 Credential=test/x, SignedHeaders=host, Signature=0' };
    expect(await list({ headers: wrong })).toEqual([400, 'IncompleteSignatureException']);
    const response = await fetch(`${llx.ready.endpoint}${LIST}`);
    expect(response.headers.get('x-amzn-errortype')).toBe('MissingAuthenticationTokenException');
  });
});

describe('packages that mean harm are refused', () => {
  async function create(name: string, ZipFile: Uint8Array): Promise<unknown> {
    const { endpoint } = llx.ready;
    const lambda = new LambdaClient({
      endpoint,
      region: 'us-east-1',
      credentials: DEVELOPMENT_KEY,
      maxAttempts: 1,
    });
    return await lambda
      .send(new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName: name, Code: { ZipFile } }))
      .then(
        ({ FunctionName }) => FunctionName,
        ({ name: error }) => error,
      );
  }

  test.each(['../escape.mjs', '/absolute.mjs', 'a/../../escape.mjs', '..\\escape.mjs', 'a\0b.mjs'])(
    'a file named %j',
    async (entry) => {
      expect(await create('harm', zipWithEntry({ name: entry, content: Buffer.from('1') }))).toBe(
        'InvalidParameterValueException',
      );
    },
  );

  test('one whose content is larger than it says, larger than 250 MB, or is no zip', async () => {
    const before = residentMb();
    const zeros = await zipOf({ 'index.mjs': Buffer.alloc(260 * 1024 * 1024) });
    expect(await create('bomb', zeros)).toBe('InvalidParameterValueException');
    const liar = zipWithEntry({ name: 'index.mjs', content: Buffer.alloc(64 * 1024 * 1024), claimed: 10 });
    expect(await create('liar', liar)).toBe('InvalidParameterValueException');
    expect(await create('text', Buffer.from('no zip'))).toBe('InvalidParameterValueException');
    expect(residentMb() - before).toBeLessThan(200);
  });

  test.each(['../etc', 'a/b', 'a b', '', 'x'.repeat(141)])('a function named %j', async (name) => {
    const zip = await zipOf({ 'index.mjs': 'export const handler = () => 1;' });
    expect(['InvalidParameterValueException', 'ValidationException', 'Error']).toContain(
      await create(name, zip),
    );
  });
});

describe('what is huge or slow costs bounded memory', () => {
  test('bodies above the limit are thrown away while they come', { timeout: 60_000 }, async () => {
    const before = residentMb();
    const size = 60 * 1024 * 1024;
    const statuses = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const head = ['POST / HTTP/1.1', HOST, `content-length: ${size}`, 'connection: close', '', ''];
        const socket = open().on('error', () => undefined);
        const answer = text(socket);
        socket.write(head.join('\r\n'));
        const piece = Buffer.alloc(256 * 1024);
        for (let sent = 0; sent < size; sent += piece.length) {
          await new Promise<void>((resolve) => socket.write(piece, () => resolve()));
        }
        return /^HTTP\/1\.1 (\d{3})/.exec(await answer)?.[1];
      }),
    );
    expect(new Set(statuses)).toEqual(new Set(['413']));
    expect(residentMb() - before).toBeLessThan(150);
  });

  test('heads that do not end, or are too large', { timeout: 30_000 }, async () => {
    const before = residentMb();
    expect(await answerTo(`GET / HTTP/1.1\r\n${HOST}\r\nx-large: ${'a'.repeat(20_000)}\r\n\r\n`)).toEqual([
      431,
      'RequestHeaderFieldsTooLarge',
    ]);
    const many = Array.from({ length: 300 }, (_, index) => `x-${index}: 1`);
    expect(
      await answerTo(['GET / HTTP/1.1', HOST, ...many, 'connection: close', '', ''].join('\r\n')),
    ).toEqual([431, 'RequestHeaderFieldsTooLarge']);
    expect(await slowHead).toEqual([408, 'RequestTimeoutException']);
    expect(residentMb() - before).toBeLessThan(50);
  });

  test('a body that stops coming', { timeout: 40_000 }, async () => {
    expect(await slowBody).toEqual([408, 'RequestTimeoutException']);
  });
});
