import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root, startChild } from '../child.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const file = join(root, 'dist', 'stub', 'index.mjs');
const measure = `const t = performance.now(); await import(${JSON.stringify(file)}); console.log(performance.now() - t)`;
const empty = `const t = performance.now(); await import('data:text/javascript,'); console.log(performance.now() - t)`;

/** Size and load time of the file that is deployed, each load in a fresh process without a compile cache. */
export async function stub(): Promise<readonly Line[]> {
  const loads: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < 15; round++) {
    const loaded = await startChild(['--input-type=module', '-e', measure]);
    loads.push(Number(loaded.firstLine));
    const nothing = await startChild(['--input-type=module', '-e', empty]);
    floors.push(Number(nothing.firstLine));
  }
  const bytes = gzipSync(await readFile(file), { level: 9 }).length;
  return [
    { name: 'stub, gzip', value: bytes / 1024, unit: 'KB', bar: { atMost: 60 } },
    {
      name: 'stub, load',
      value: median(loads),
      unit: 'ms',
      floor: median(floors),
      floorName: 'an empty module',
      bar: { atMost: 20 },
    },
  ];
}
