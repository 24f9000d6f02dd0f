import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bin } from '../support/llx-process.ts';

/** CONNACK: accepted. */
const ACCEPTED = Uint8Array.of(0x20, 2, 0, 0);
const CONNECT = 1;

test('Ctrl-C ends a start that waits for a broker which no longer answers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'llx-interrupted-'));
  const config = {
    account: '123456789012',
    region: 'us-east-1',
    functions: { orders: { handler: 'orders.handler' } },
  };
  await writeFile(join(directory, 'llx.config.json'), JSON.stringify(config));
  const asked = Promise.withResolvers<void>();
  const broker = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (packet) => {
      if ((packet[0] ?? 0) >> 4 === CONNECT) socket.write(ACCEPTED);
      else asked.resolve();
    });
  });
  await once(broker.listen(0, '127.0.0.1'), 'listening');
  const url = `mqtt://127.0.0.1:${(broker.address() as AddressInfo).port}`;
  const child = spawn(process.execPath, [bin, 'dev', '--json', '--broker', url], {
    cwd: directory,
    stdio: 'ignore',
  });
  const exit = once(child, 'exit');
  try {
    await Promise.race([asked.promise, exit]);
    child.kill('SIGINT');
    expect(await exit).toEqual([130, null]);
  } finally {
    child.kill('SIGKILL');
    broker.close();
    await rm(directory, { recursive: true, force: true });
  }
}, 20_000);
