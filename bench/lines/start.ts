import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startLlx } from '../child.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const ROUNDS = 7;

/** From the start of the process to its ready line, and from there to the first answer of a function. */
export async function start(project: string): Promise<readonly Line[]> {
  const ready: number[] = [];
  const first: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const llx = await startLlx(['dev', '--offline'], project);
    const client = invoker(llx.ready.endpoint, functionPath('first'));
    const began = performance.now();
    await client.invoke(Buffer.from('{}'));
    // The first round fills the compile cache, as a user's first start does.
    if (round > 0) {
      ready.push(llx.startMs);
      first.push(performance.now() - began);
    }
    client.close();
    await llx.stop();
  }
  return [
    { name: 'start → ready', value: median(ready), unit: 'ms', bar: { atMost: 300 } },
    {
      name: 'first invocation of a function, right after ready',
      value: median(first),
      unit: 'ms',
      bar: { atMost: 100 },
    },
  ];
}

/** From the save of a file to the first answer of the new code, asking all the time. */
export async function reload(project: string): Promise<readonly Line[]> {
  const file = join(project, 'src', 'reloaded.ts');
  const original = await readFile(file, 'utf8');
  const llx = await startLlx(['dev', '--offline'], project);
  const client = invoker(llx.ready.endpoint, functionPath('reloaded'));
  const times: number[] = [];
  try {
    await client.invoke(Buffer.from('{}'));
    for (let version = 1; version <= 15; version++) {
      // The spare process that the last reload took is being replaced: a person saves later than that.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const began = performance.now();
      await writeFile(file, `export const handler = async (): Promise<number> => ${version};\n`);
      while ((await client.invoke(Buffer.from('{}'))).toString() !== String(version));
      times.push(performance.now() - began);
    }
  } finally {
    client.close();
    await llx.stop();
    await writeFile(file, original);
  }
  return [
    {
      name: 'save a file → first answer of the new code',
      value: median(times),
      unit: 'ms',
      bar: { atMost: 60 },
    },
  ];
}
