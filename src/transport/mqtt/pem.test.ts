import { expect, test } from 'vitest';
import { isPem } from './pem.ts';

test('PEM is told from the path of its file, whatever stands before it', () => {
  expect(isPem('-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n')).toBe(true);
  expect(isPem('subject=CN = broker\n-----BEGIN PRIVATE KEY-----\nMIIB\n')).toBe(true);
  expect(isPem('/etc/llx/BEGIN.pem')).toBe(false);
});
