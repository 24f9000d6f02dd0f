import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { root, startLlx } from '../child.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const ROUNDS = 7;

/** From `llx deploy` on the command line to the first answer of the new code, at the function's own host name. */
export async function deploy(): Promise<readonly Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-bench-deploy-'));
  const llx = await startLlx(['emulator', '--ephemeral', '--wss-port', '0', '--mtls-port', '0'], directory);
  const { endpoint } = llx.ready;
  const first: number[] = [];
  const next: number[] = [];
  const floor: number[] = [];
  try {
    for (let round = 0; round <= ROUNDS; round++) {
      const name = `greet-${round}`;
      const created = await timed(() => deployAndAsk({ directory, name, endpoint, version: 1 }));
      const changed = await timed(() => deployAndAsk({ directory, name, endpoint, version: 2 }));
      const bare = await timed(() => run(['--version'], directory));
      // The first round fills the compile cache.
      if (round > 0) {
        first.push(created);
        next.push(changed);
        floor.push(bare);
      }
    }
  } finally {
    await llx.stop();
    await rm(directory, { recursive: true });
  }
  const common = { unit: 'ms', floor: median(floor), floorName: 'llx --version', bar: { atMost: 1_000 } };
  return [
    { name: 'llx deploy of a new function → its first answer', value: median(first), ...common },
    { name: 'llx deploy of a new version → its first answer', value: median(next), ...common },
  ];
}

type Deployment = {
  readonly directory: string;
  readonly name: string;
  readonly endpoint: string;
  readonly version: number;
};

async function deployAndAsk({ directory, name, endpoint, version }: Deployment): Promise<void> {
  const folder = join(directory, name);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'index.ts'),
    `export const handler = async (): Promise<string> => '${version}';\n`,
  );
  await run(['deploy', folder, '--name', name, '--endpoint', endpoint, '--json'], directory);
  const answer = await ask(endpoint, `${name}.localhost:${new URL(endpoint).port}`);
  if (answer !== String(version)) throw new Error(`expected version ${version}, found ${answer}`);
}

async function run(args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(process.execPath, [join(root, 'bin', 'llx.js'), ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`llx ${args[0]} ended with ${code}`);
}

/** A GET of a host name that Node.js may not be able to resolve. */
function ask(endpoint: string, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(endpoint, { headers: { host } }, (response) => text(response).then(resolve, reject))
      .once('error', reject)
      .end();
  });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
