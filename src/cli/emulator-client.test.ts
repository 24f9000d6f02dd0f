import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { readEmulatorState } from './emulator-client.ts';

test('nobody there: the mend is an emulator that leaves the lanes to the session', async () => {
  await expect(readEmulatorState('http://127.0.0.1:1')).rejects.toMatchObject({
    code: 'LLX_UNREACHABLE',
    mend: expect.stringContaining(': llx emulator\n'),
  });
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
