import { expect, test } from 'vitest';
import { AccessKeys } from './access-keys.ts';
import type { Grant } from './grant.ts';

const grant: Grant = {
  principal: { type: 'root', arn: 'arn:aws:iam::000000000000:root', account: '000000000000', userId: '0' },
  policies: [],
};

test('a key is issued with all that AWS gives, ending at a whole second', () => {
  const keys = new AccessKeys({
    now: () => new Date('2026-11-21T09:30:00.600Z'),
    random: (bytes) => Buffer.alloc(bytes, 33),
  });
  const credentials = keys.issue(grant, 900);
  expect(credentials).toEqual({
    accessKeyId: 'ASIALLXBBBBBBBBBBBBB',
    secretAccessKey: Buffer.alloc(30, 33).toString('base64'),
    sessionToken: Buffer.alloc(192, 33).toString('base64'),
    expiration: new Date('2026-11-21T09:45:00Z'),
  });
  expect(keys.get(credentials.accessKeyId)).toEqual({ credentials, grant });
});

test('no two keys are alike', () => {
  const keys = new AccessKeys({ now: () => new Date() });
  const issued = Array.from({ length: 100 }, () => keys.issue(grant, 900));
  for (const part of ['accessKeyId', 'secretAccessKey', 'sessionToken'] as const) {
    expect(new Set(issued.map((credentials) => credentials[part])).size).toBe(100);
  }
});

test('keys that have long ended are forgotten, others never', () => {
  let now = new Date('2026-11-21T09:30:00Z');
  const keys = new AccessKeys({ now: () => now });
  const user = { credentials: { accessKeyId: 'AKIA', secretAccessKey: 'secret' }, grant };
  keys.add(user);
  const ended = keys.issue(grant, 900);
  const long = keys.issue(grant, 43_200);
  now = new Date('2026-11-21T10:46:00Z');
  for (let count = 0; count < 2_000; count++) keys.issue(grant, 900);
  expect([ended, long].map(({ accessKeyId }) => keys.get(accessKeyId)?.credentials)).toEqual([
    undefined,
    long,
  ]);
  expect(keys.get('AKIA')).toBe(user);
});
