import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createExposure } from '../server/exposure.ts';
import { type ApiServer, createApiServer } from './api-server.ts';
import { AwsError } from './aws-error.ts';

let api: ApiServer;
let port: number;
let defects: unknown[];

beforeEach(async () => {
  defects = [];
  // By its loopback names it is what it is without a domain.
  const exposure = createExposure({ host: '127.0.0.1', domain: 'example.org' });
  api = createApiServer({ host: '127.0.0.1', port: 0, exposure, onDefect: (error) => defects.push(error) });
  api.app.get('/here', () => 'the API');
  api.hosts({
    matches: (host) => host.endsWith('.localhost'),
    allowsOrigin: async (host, origin) => host === 'open.localhost' && origin === 'https://app.example',
    isPublic: (host) => host === 'open.localhost',
    async handle(request, response) {
      if (request.url === '/refused') throw new AwsError(404, 'NotThere', { Message: 'no' });
      if (request.url === '/broken') throw new Error('the inside');
      if (request.url === '/full') throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      if (request.url === '/half') {
        response.write('half');
        throw new Error('the inside');
      }
      const body = await api.bodies.read(request, { bytes: 10 });
      response.end(`${request.method} ${request.url} ${body.toString()}`);
    },
  });
  port = Number(new URL((await api.listen()).url).port);
});

afterEach(() => api.close());

/** The status and the body of the answer to a request as it is written here. */
async function ask(line: string, headers: readonly string[], body = ''): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.end([`${line} HTTP/1.1`, ...headers, 'connection: close', '', body].join('\r\n'));
  const answer = await text(socket);
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  return `${head.split(' ')[1]} ${rest.join('')}`;
}

test('a door has every method and path of its hosts, the API those of all others', async () => {
  expect(await ask('GET /here', ['host: greet.localhost:1'])).toBe('200 GET /here ');
  expect(await ask('PURGE /%zz', ['host: GREET.localhost', 'content-length: 2'], 'ab')).toBe(
    '200 PURGE /%zz ab',
  );
  expect(await ask('GET /here', ['host: localhost'])).toBe('200 the API');
});

test.each([
  ['/refused', '404 {"Message":"no"}', 0],
  ['/broken', '500 {"Type":"Service","Message":"The emulator failed: its own output says why."}', 1],
  [
    '/full',
    '500 {"Type":"Service","Message":"The disk of the emulator is full, so nothing was changed: make room there, and try again."}',
    1,
  ],
])('what a door throws at %s is an error of AWS', async (path, answer, count) => {
  expect(await ask(`GET ${path}`, ['host: greet.localhost'])).toBe(answer);
  expect(defects).toHaveLength(count);
});

test('an answer that fails half way does not end as if it were whole', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /half HTTP/1.1\r\nhost: greet.localhost\r\n\r\n');
  const [chunk] = await once(socket.setEncoding('utf8'), 'data');
  expect(String(chunk)).not.toMatch(/\r\n0\r\n/);
  await once(socket, 'close');
});

test('a WebSocket is refused where no door takes it; any other upgrade is left unheard', async () => {
  const upgrade = async (host: string, protocol: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1');
    const lines = [
      `GET /here HTTP/1.1`,
      `host: ${host}`,
      'connection: upgrade',
      `upgrade: ${protocol}`,
      '',
      '',
    ];
    socket.write(lines.join('\r\n'));
    const [chunk] = await once(socket.setEncoding('utf8'), 'data');
    socket.destroy();
    return String(chunk).split(' ')[1] ?? '';
  };
  expect(await upgrade('localhost', 'websocket')).toBe('400');
  expect(await upgrade('greet.localhost', 'websocket')).toBe('400');
  expect(await upgrade('evil.example', 'websocket')).toBe('403');
  expect(await upgrade('localhost', 'h2c')).toBe('200');
});

test('a client that was refused a WebSocket and keeps its side open does not hold the server when it closes', async () => {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.write(
    ['GET /here HTTP/1.1', 'host: localhost', 'connection: upgrade', 'upgrade: websocket', '', ''].join(
      '\r\n',
    ),
  );
  expect(await text(socket)).toContain('there are no WebSockets here');
  await api.close();
  socket.destroy();
});

test('requests that a client has sent at once and not waited for are over when it has gone', async () => {
  const arrived = Promise.withResolvers<void>();
  const closed: (string | undefined)[] = [];
  api.hosts({
    matches: (host) => host === '127.0.0.9',
    handle(request, response) {
      response.once('close', () => closed.push(request.url));
      if (request.url === '/3') arrived.resolve();
    },
  });
  const socket = connect(port, '127.0.0.1');
  socket.write([1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\nhost: 127.0.0.9\r\n\r\n`).join(''));
  await arrived.promise;
  socket.destroy();
  await api.drain();
  expect(closed).toEqual(['/1', '/2', '/3']);
});

const FOREIGN = '403 {"Message":"requests from web pages are refused';

test('pages of another origin pass where the door says so, and there alone', async () => {
  const from = (host: string, ...headers: string[]): Promise<string> =>
    ask('GET /a', [`host: ${host}`, ...headers]);
  expect(await from('open.localhost', 'origin: https://app.example')).toBe('200 GET /a ');
  expect(await from('open.localhost', 'origin: https://evil.example')).toContain(FOREIGN);
  expect(await from('greet.localhost', 'origin: https://app.example')).toContain(FOREIGN);
  expect(await from('open.localhost', 'sec-fetch-site: cross-site')).toContain(FOREIGN);
  expect(await from('open.localhost', 'sec-fetch-site: none')).toBe('200 GET /a ');
  // A link, or an image.
  const linkFrom = (host: string, page: string): Promise<string> =>
    from(host, 'sec-fetch-site: cross-site', `referer: ${page}`);
  expect(await linkFrom('open.localhost', 'https://app.example/')).toBe('200 GET /a ');
  expect(await linkFrom('open.localhost', 'https://evil.example/?https://app.example')).toContain(FOREIGN);
  expect(await linkFrom('greet.localhost', 'https://app.example/')).toContain(FOREIGN);
});

test('below the domain of a server any page may ask what is public, and nothing else', async () => {
  const from = (host: string, path = '/a'): Promise<string> =>
    ask(`PUT ${path}`, [`host: ${host}`, 'origin: https://evil.example', 'sec-fetch-site: cross-site']);
  expect(await from('open.example.org')).toBe('200 PUT /a ');
  expect(await from('greet.example.org')).toContain(FOREIGN);
  expect(await from('example.org', '/here')).toContain(FOREIGN);
  expect(await from('open.localhost')).toContain(FOREIGN);
});

const LINK = ['sec-fetch-site: cross-site', 'sec-fetch-mode: navigate', 'sec-fetch-dest: document'];

test.each<[string, string, readonly string[], boolean]>([
  ['a link', 'GET /a', ['host: open.localhost', ...LINK], true],
  ['a link to where there are none', 'GET /a', ['host: greet.localhost', ...LINK], false],
  ['a link to the API', 'GET /here', ['host: localhost', ...LINK], false],
  ['a form', 'POST /a', ['host: open.localhost', 'origin: https://evil.example', ...LINK], false],
  ['a form without an origin', 'POST /a', ['host: open.localhost', ...LINK], false],
  ['what is fetched ahead', 'GET /a', ['host: open.localhost', 'sec-purpose: prefetch', ...LINK], false],
  ['a frame', 'GET /a', ['host: open.localhost', ...LINK.slice(0, 2), 'sec-fetch-dest: iframe'], false],
  ['an image', 'GET /a', ['host: open.localhost', ...LINK.slice(0, 1), 'sec-fetch-mode: no-cors'], false],
])('of another page, %s (%s, %j) passes: %s', async (_, line, headers, passes) => {
  const answer = await ask(line, headers);
  if (passes) expect(answer).toBe(`200 ${line} `);
  else expect(answer).toContain(FOREIGN);
});

test.each([
  ['GET http://localhost/here', ['host: localhost'], '400'],
  ['GET /here', ['host: localhost', 'host: localhost'], '400'],
  ['GET /here', ['host: localhost', 'content-length: 1', 'transfer-encoding: chunked'], '400'],
  ['GET /here', ['host: evil.example'], '403'],
  ['GET /here', ['host: localhost', ...Array.from({ length: 201 }, (_, n) => `x-${n}: 1`)], '431'],
  ['GET /here', ['host: localhost', `x-large: ${'a'.repeat(17_000)}`], '431'],
])('%s is refused', async (line, headers, status) => {
  expect(await ask(line, headers)).toMatch(new RegExp(`^${status} \\{"(?:message|Message)":`));
});
