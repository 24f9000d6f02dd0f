import { expect, test } from 'vitest';
import { createExposure, type ExposureOptions } from './exposure.ts';

test.each<[ExposureOptions, boolean]>([
  [{ host: '127.0.0.1' }, false],
  [{ host: '::1' }, false],
  [{ host: 'localhost' }, false],
  [{ host: '0.0.0.0' }, true],
  [{ host: '192.0.2.4' }, true],
  [{ host: '127.0.0.1', domain: 'example.org' }, true],
  [{ host: '127.0.0.1', trustedProxies: ['127.0.0.1'] }, true],
])('%j: others than this machine can reach it: %s', (options, exposed) => {
  const { isExposed, limits } = createExposure(options);
  expect([isExposed, limits !== undefined]).toEqual([exposed, exposed]);
});

test('a proxy on this machine is believed where an emulator for this machine has a domain, others where they are named', () => {
  const request = {
    headers: { 'x-forwarded-for': '198.51.100.1' },
    socket: { remoteAddress: '127.0.0.1' },
  };
  const clientOf = (options: ExposureOptions): string => createExposure(options).addresses.of(request);
  expect(clientOf({ host: '127.0.0.1', domain: 'example.org' })).toBe('198.51.100.1');
  expect(clientOf({ host: '0.0.0.0', domain: 'example.org' })).toBe('127.0.0.1');
  expect(clientOf({ host: '0.0.0.0', trustedProxies: ['127.0.0.1'] })).toBe('198.51.100.1');
});
