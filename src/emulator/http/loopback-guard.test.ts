import { expect, test } from 'vitest';
import { refuseForeignRequest } from './loopback-guard.ts';

test.each([
  ['127.0.0.1:4566', undefined],
  ['localhost:4566', undefined],
  ['[::1]:4566', undefined],
  ['greet.localhost:4566', undefined],
  ['abc.lambda-url.us-east-1.localhost:4566', undefined],
  ['localhost:4566', 'http://localhost:4566'],
  ['10.1.2.3:4566', undefined],
])('a call to %s with origin %s passes', (host, origin) => {
  expect(refuseForeignRequest({ host, origin }, '10.1.2.3')).toBeUndefined();
});

test('an IPv6 address that --host named passes in its brackets', () => {
  expect(refuseForeignRequest({ host: '[fd00::1]:4566' }, 'fd00::1')).toBeUndefined();
  expect(refuseForeignRequest({ host: '[fd00::2]:4566' }, 'fd00::1')).toMatch(/expected a loopback name/);
});

test.each([
  ['evil.example:4566', undefined],
  ['localhost.evil.example', undefined],
  [undefined, undefined],
  ['127.0.0.1:4566', 'https://evil.example'],
  ['127.0.0.1:4566', 'http://localhost:3000'],
  ['127.0.0.1:4566', 'null'],
])('a call to %s with origin %s is refused with a reason', (host, origin) => {
  expect(refuseForeignRequest({ host, origin }, '127.0.0.1')).toMatch(/expected a loopback name|web pages/);
});
