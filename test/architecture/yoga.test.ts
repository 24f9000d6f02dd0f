import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { yogaWithoutFetch } from '../../scripts/yoga-plugin.ts';

const run = promisify(execFile);

test('Ink’s layout engine is there without fetch, which would load undici before the first frame', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'llx-yoga-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'yoga.mjs');
  await build({
    stdin: {
      contents: "import Yoga from 'yoga-layout'; console.log(typeof Yoga.Node.create().calculateLayout);",
      resolveDir: import.meta.dirname,
    },
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    plugins: [yogaWithoutFetch],
    banner: { js: "globalThis.fetch = () => { throw new Error('fetched'); };" },
  });
  const { stdout } = await run(process.execPath, [outfile]);
  expect(stdout).toBe('function\n');
});
