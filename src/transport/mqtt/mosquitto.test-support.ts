import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './frail-network.test-support.ts';

/** Whether the broker of https://mosquitto.org is installed: a second opinion on what MQTT is. */
export const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined;

export async function startMosquitto(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-mosquitto-'));
  const port = await freePort();
  const configuration = join(directory, 'mosquitto.conf');
  await writeFile(
    configuration,
    `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n`,
  );
  const broker = spawn('mosquitto', ['-c', configuration], { stdio: 'ignore' });
  const exited = once(broker, 'exit');
  while (!(await answers(port))) {
    if (broker.exitCode !== null) throw new Error(`mosquitto ended with exit code ${broker.exitCode}`);
    await pause(20);
  }
  return {
    port,
    async close() {
      broker.kill();
      await exited;
      await rm(directory, { recursive: true });
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Not yet: the caller asks again.
    return false;
  } finally {
    socket.destroy();
  }
}
