import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root, startLlx } from '../child.ts';
import { event } from '../echo.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { median, sequential } from '../samples.ts';

const ROUNDS = 5;
const WARM_UP = 1_000;
const CALLS = 1_000;

/** What a screen costs the invocations: the built llx in a pseudo terminal, against the same with `--json`. */
export async function tuiLoop(project: string): Promise<readonly Line[]> {
  // util-linux's: that of macOS takes other arguments.
  if (!spawnSync('script', ['--version']).stdout?.toString().includes('util-linux')) return [];
  const plain = await startLlx(['dev', '--offline'], project);
  plain.process.stdout?.resume();
  try {
    const screen = await startInTerminal(project);
    try {
      return await compare(plain.ready.endpoint, screen.endpoint);
    } finally {
      await screen.stop();
    }
  } finally {
    await plain.stop();
  }
}

/** Rounds of both in turn, so that what else the machine does meets both. */
async function compare(plainEndpoint: string, screenEndpoint: string): Promise<readonly Line[]> {
  const clients = {
    plain: invoker(plainEndpoint, functionPath('echo')),
    screen: invoker(screenEndpoint, functionPath('echo')),
  };
  const call = (name: 'plain' | 'screen') => async () => void (await clients[name].invoke(event));
  try {
    for (const name of ['plain', 'screen'] as const) await sequential(WARM_UP, call(name));
    const rounds: { plain: number; screen: number }[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push({
        plain: median(await sequential(CALLS, call('plain'))),
        screen: median(await sequential(CALLS, call('screen'))),
      });
    }
    return [
      {
        name: 'warm invocation, whole loop offline, with the terminal UI, p50',
        value: median(rounds.map((round) => round.screen)),
        unit: 'ms',
        floor: median(rounds.map((round) => round.plain)),
        floorName: 'with --json',
        bar: { ratio: 1.1, better: 'lower' },
      },
    ];
  } finally {
    clients.plain.close();
    clients.screen.close();
  }
}

/** `llx dev --offline` on a pseudo terminal of 120 columns and 40 rows, once it answers. */
async function startInTerminal(cwd: string): Promise<{ readonly endpoint: string; stop(): Promise<void> }> {
  const port = await freePort();
  const llx = `${process.execPath} ${join(root, 'bin', 'llx.js')} dev --offline --port ${port} --mqtt-port 0`;
  const { CI: _, ...env } = process.env;
  const child = spawn('script', ['-qec', `stty cols 120 rows 40; exec ${llx}`, '/dev/null'], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  const endpoint = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    const exited = once(child, 'exit');
    // Ctrl-C, as a user would.
    child.stdin.write('\u0003');
    await exited;
  };
  const client = invoker(endpoint, functionPath('echo'));
  const deadline = AbortSignal.timeout(20_000);
  for (;;) {
    try {
      await client.invoke(event);
      client.close();
      return { endpoint, stop };
    } catch (error) {
      if (deadline.aborted) {
        await stop();
        throw error;
      }
      await setTimeout(100);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('expected a port');
  return address.port;
}
