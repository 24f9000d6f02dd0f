import { expect, test } from 'vitest';
import { ClientAddresses } from './client-addresses.ts';

const from = (remoteAddress: string, headers: Record<string, string> = {}) => ({
  headers: { host: '127.0.0.1:4566', ...headers },
  socket: { remoteAddress },
});

test.each<[string, string, string, readonly string[], string]>([
  ['no proxy is trusted', '203.0.113.9', '198.51.100.1', [], '203.0.113.9'],
  ['the proxy is trusted', '10.1.2.3', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
  [
    'the client wrote an address of its own',
    '10.1.2.3',
    '192.0.2.7, 198.51.100.1',
    ['10.0.0.0/8'],
    '198.51.100.1',
  ],
  ['two proxies are trusted', '10.1.2.3', '198.51.100.1, 10.9.9.9', ['10.0.0.0/8'], '198.51.100.1'],
  ['the header has no address', '10.1.2.3', 'unknown', ['10.0.0.0/8'], '10.1.2.3'],
  ['the proxy speaks IPv4 over IPv6', '::ffff:10.1.2.3', '2001:db8::1', ['10.1.2.3'], '2001:db8::1'],
  ['the proxy has an IPv6 address', '2001:db8::2', '198.51.100.1', ['2001:db8::/64'], '198.51.100.1'],
])('the client is found where %s', (_where, peer, forwarded, proxies, client) => {
  expect(new ClientAddresses(proxies).of(from(peer, { 'x-forwarded-for': forwarded }))).toBe(client);
});

test.each<[string, ReturnType<typeof from>, boolean]>([
  ['itself', from('127.0.0.1'), true],
  ['itself over IPv6', from('::1', { host: 'localhost:4566' }), true],
  ['another machine', from('203.0.113.9'), false],
  ['a proxy that says for whom', from('127.0.0.1', { 'x-forwarded-for': '203.0.113.9' }), false],
  ['a proxy that leaves the name', from('127.0.0.1', { host: 'example.org' }), false],
])('this machine is told from others: %s', (_who, request, local) => {
  expect(new ClientAddresses(['127.0.0.1']).isLocal(request)).toBe(local);
});

test.each(['example.org', '10.0.0.0/33', '10.0.0.0/-1', ''])('the proxy "%s" is refused', (proxy) => {
  expect(() => new ClientAddresses([proxy])).toThrow(RangeError);
});
