// `npm start`: the main job on the sample functions. With a terminal it stays open; without one it sends each fixture
// once, prints what happened and ends.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const interactive = process.stdout.isTTY === true && process.stdin.isTTY === true && !process.env.CI;
// Without a terminal nobody would call it: free ports, so that several runs do not meet.
const args = interactive ? [] : ['--once', '--plain', '--port', '0', '--mqtt-port', '0'];

const child = spawn(
  process.execPath,
  [join(root, 'bin', 'llx.js'), 'dev', '--offline', ...args, ...process.argv.slice(2)],
  { cwd: join(root, 'examples', 'hello'), stdio: 'inherit' },
);
// The terminal sends Ctrl-C to both; the child decides when it is over.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
