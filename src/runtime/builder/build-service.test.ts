import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** In a process of its own: esbuild's is shared by all that a process builds. */
const SCRIPT = `
import { execFileSync } from 'node:child_process';
const { withBuildService } = await import('${new URL('build-service.ts', import.meta.url).href}');
const services = () => execFileSync('ps', ['-A', '-o', 'ppid=,pid=,args=']).toString().split('\\n')
  .map((line) => line.trim().split(/\\s+/))
  .filter(([parent, , ...args]) => Number(parent) === process.pid && args.join(' ').includes('--service='))
  .map(([, pid]) => Number(pid));
let attempts = 0;
const build = () => withBuildService(async ({ transform }) => {
  attempts += 1;
  return (await transform('let a: number', { loader: 'ts' })).code.trim();
});
const codes = [await build()];
const [first] = services();
process.kill(first, 'SIGINT');
codes.push(...(await Promise.all([build(), build()])), await build());
const after = services();
const failure = await withBuildService(async ({ transform }) => await transform('let a: =', { loader: 'ts' }))
  .catch((error) => error.errors[0].text);
console.log(JSON.stringify({ codes, attempts, failure, again: after.length === 1 && after[0] !== first }));
`;

test.skipIf(process.platform === 'win32')(
  'esbuild is started again, once, when Ctrl-C for another program has ended it',
  async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', SCRIPT]);
    const { attempts, ...outcome } = JSON.parse(stdout);
    expect(outcome).toEqual({
      codes: Array(4).fill('let a;'),
      failure: 'Unexpected "="',
      again: true,
    });
    // Each of the two was tried again; the ones before and after them were not.
    expect(attempts).toBe(6);
  },
);
