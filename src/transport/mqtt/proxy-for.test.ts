import { expect, test } from 'vitest';
import { proxyFor } from './proxy-for.ts';

const PROXY = 'http://proxy.example:3128';

test.each([
  ['wss://a.example/mqtt', { HTTPS_PROXY: PROXY }, PROXY],
  ['mqtts://a.example', { https_proxy: PROXY }, PROXY],
  ['https://a.example', { HTTPS_PROXY: PROXY }, PROXY],
  ['ws://a.example', { HTTP_PROXY: PROXY }, PROXY],
  ['ws://a.example', { HTTPS_PROXY: PROXY }, undefined],
  ['wss://a.example', { HTTP_PROXY: PROXY }, undefined],
  ['wss://a.example', { ALL_PROXY: PROXY }, PROXY],
  ['mqtt://a.example', { ALL_PROXY: PROXY, HTTP_PROXY: PROXY }, undefined],
  ['wss://a.example', { https_proxy: PROXY, HTTPS_PROXY: 'http://other.example' }, PROXY],
  ['wss://a.example', { https_proxy: '', HTTPS_PROXY: PROXY }, PROXY],
  ['wss://a.example', { HTTPS_PROXY: 'proxy.example:3128' }, PROXY],
  ['wss://a.example', {}, undefined],
] as const)('%s with %o goes through %s', (url, environment, proxy) => {
  expect(proxyFor(url, environment)).toBe(proxy);
});

test.each(['localhost', 'x.localhost:8443', '127.0.0.1', '127.8.8.8:8443', '[::1]:8443'])(
  'this machine is reached without a proxy at %s',
  (host) => {
    expect(proxyFor(`wss://${host}`, { HTTPS_PROXY: PROXY })).toBeUndefined();
  },
);

test.each([
  ['*', 'a.example', true],
  ['a.example', 'a.example', true],
  ['A.Example', 'a.example', true],
  ['example', 'a.example', true],
  ['.example', 'a.example', true],
  ['*.example', 'a.example', true],
  ['b.example, a.example', 'a.example', true],
  ['b.example a.example', 'a.example', true],
  ['ample', 'a.example', false],
  ['a.example', 'example', false],
  ['a.example:443', 'a.example', true],
  ['a.example:8443', 'a.example', false],
  ['a.example:8443', 'a.example:8443', true],
  ['10.0.0.1', '10.0.0.1', true],
  ['0.0.1', '10.0.0.1', false],
  ['fd00::1', '[fd00::1]', true],
  ['[fd00::1]:443', '[fd00::1]', true],
  ['[fd00::1]:8443', '[fd00::1]', false],
  [' ,, ', 'a.example', false],
])('NO_PROXY %s excepts %s: %s', (exceptions, host, excepted) => {
  const proxy = proxyFor(`wss://${host}/mqtt`, { HTTPS_PROXY: PROXY, NO_PROXY: exceptions });
  expect(proxy === undefined).toBe(excepted);
});
