import { expect, test } from 'vitest';
import { parseBrokerUrl } from './broker-address.ts';

test.each([
  ['mqtt://localhost', 'mqtt', 'localhost', 1883, '', 'localhost'],
  ['mqtts://broker.example', 'mqtts', 'broker.example', 8883, '', 'broker.example'],
  ['mqtt://127.0.0.1:1884', 'mqtt', '127.0.0.1', 1884, '', undefined],
  ['mqtt://[::1]:1884', 'mqtt', '::1', 1884, '', undefined],
  ['ws://localhost/mqtt', 'ws', 'localhost', 80, '/mqtt', 'localhost'],
  ['wss://a.example/mqtt?X-Amz-Date=1', 'wss', 'a.example', 443, '/mqtt?X-Amz-Date=1', 'a.example'],
] as const)('reads %s', (url, scheme, host, port, path, servername) => {
  expect(parseBrokerUrl(url)).toMatchObject({ scheme, host, port, path, servername });
});

test('shows neither credentials nor a query, which may be secrets', () => {
  const { shown } = parseBrokerUrl('wss://user:hidden@a.example:8443/mqtt?X-Amz-Signature=hidden');
  expect(shown).toBe('wss://a.example:8443');
});

test('refuses a URL of another scheme', () => {
  expect(() => parseBrokerUrl('http://localhost')).toThrow(
    new TypeError('expected mqtt:, mqtts:, ws: or wss:, got http:'),
  );
});
