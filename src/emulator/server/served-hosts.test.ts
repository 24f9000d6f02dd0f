import { expect, test } from 'vitest';
import { ServedHosts } from './served-hosts.ts';

const local = new ServedHosts({ host: '127.0.0.1' });
const server = new ServedHosts({ host: '0.0.0.0', domain: 'example.org', isExposed: true });

test.each([
  ['127.0.0.1:4566', '127.0.0.1'],
  ['Greet.LOCALHOST', 'greet.localhost'],
  ['192.0.2.4:4566', '192.0.2.4'],
  ['[2001:db8::1]:4566', '[2001:db8::1]'],
  ['example.org', 'localhost'],
  ['greet.Example.org:443', 'greet.localhost'],
  ['a1.execute-api.example.org', 'a1.execute-api.localhost'],
])('a server is reached as %s, which is %s', (host, name) => {
  expect([server.refusal({ host }), server.localName({ host })]).toEqual([undefined, name]);
});

test.each([
  ['https://greet.example.org', 'https://greet.localhost'],
  ['https://example.org:8443', 'https://localhost'],
  ['https://notexample.org', 'https://notexample.org'],
  ['https://example.org.evil.example', 'https://example.org.evil.example'],
  ['ftp://greet.example.org', 'ftp://greet.example.org'],
  ['null', 'null'],
])('to a server a page of %s is one of %s; to others it stays what it is', (origin, name) => {
  expect([server.localOrigin(origin), local.localOrigin(origin)]).toEqual([name, origin]);
});

test.each(['evil.example', 'notexample.org', 'example.org.evil.example', ''])(
  'nobody is served as "%s"',
  (host) => {
    const refusal = `expected a loopback name in the Host header, found "${host}"`;
    expect([local.refusal({ host }), server.refusal({ host })]).toEqual([refusal, refusal]);
  },
);

test('an address of another machine is no name of an emulator that is for this one', () => {
  expect(local.refusal({ host: '192.0.2.4' })).toBe(
    'expected a loopback name in the Host header, found "192.0.2.4"',
  );
  expect(local.localName({ host: 'greet.example.org' })).toBe('greet.example.org');
});
