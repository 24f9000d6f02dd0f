import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { terminalWidths } from '../../scripts/terminal-width-plugin.ts';
import { yogaWithoutFetch } from '../../scripts/yoga-plugin.ts';
import { root } from '../child.ts';
import type { Line } from '../line.ts';

const run = promisify(execFile);

/** The screens under load, in a process of their own, built as the program is: JSX needs that, and React is slower without. */
export async function tui(invocations: number): Promise<readonly Line[]> {
  const outdir = join(root, 'dist', 'bench');
  await build({
    absWorkingDir: root,
    entryPoints: ['bench/tui/load.ts'],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // What Ink loads on request only is not there.
    splitting: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
    external: ['react-devtools-core'],
    plugins: [terminalWidths, yogaWithoutFetch],
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    join(outdir, 'load.mjs'),
    String(invocations),
  ]);
  return JSON.parse(stdout) as readonly Line[];
}
