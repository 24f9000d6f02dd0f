import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { checkSessionReaches, readEmulatorState } from './emulator-client.ts';

test('nobody there: the mend is an emulator that leaves the lanes to the session', async () => {
  await expect(readEmulatorState('http://127.0.0.1:1')).rejects.toMatchObject({
    code: 'LLX_UNREACHABLE',
    mend: expect.stringContaining(': llx emulator\n'),
  });
});

test.each([
  ['https://example.org', 'http://127.0.0.1:4566', 'mqtt://127.0.0.1:1883', true],
  ['http://192.0.2.4:4566', 'http://192.0.2.4:4566', 'mqtt://127.0.0.1:1883', true],
  ['http://192.0.2.4:4566', 'http://192.0.2.4:4566', 'mqtt://192.0.2.4:1883', false],
  ['http://localhost:4566', 'http://127.0.0.1:4566', 'mqtt://127.0.0.1:1883', false],
])('%s, which says %s and %s: a session cannot reach it: %s', (asked, endpoint, mqtt, isRefused) => {
  const scope = { account: '000000000000', region: 'us-east-1', access: 'closed', functions: [] } as const;
  const check = (): void => checkSessionReaches(asked, { ...scope, endpoint, mqtt });
  if (!isRefused) return expect(check).not.toThrow();
  expect(check).toThrow(
    expect.objectContaining({
      code: 'LLX_UNREACHABLE',
      mend: expect.stringContaining('-L 4566:127.0.0.1:4566 -L 1883:127.0.0.1:1883'),
    }),
  );
});

test('an interrupt ends the wait for one that does not answer', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const interrupt = new AbortController();
  const reading = readEmulatorState(`http://127.0.0.1:${port}`, interrupt.signal);
  const reason = new Error('interrupted');
  setTimeout(() => interrupt.abort(reason), 20);
  await expect(reading).rejects.toBe(reason);
  silent.close();
});
