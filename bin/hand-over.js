import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Started by a Node.js that is too old. A checkout has a newer one as dev dependency: it takes over.
 * An installed llx has none, and says what to do.
 */
export function handOver(required) {
  const here = dirname(fileURLToPath(import.meta.url));
  const node = join(here, '..', 'node_modules', 'node', 'bin', 'node');
  if (!existsSync(node)) {
    console.error(
      `LLX_NODE_VERSION: Expected Node.js ${required} or newer, found ${process.versions.node}.\n\n` +
        '  npx -p node@24 -p llx llx',
    );
    process.exitCode = 2;
    return;
  }
  // The pipe on fd 3 tells the child when this process is gone, even by SIGKILL.
  const child = spawn(node, [join(here, 'llx.js'), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, LLX_HANDED_OVER: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`LLX_NODE_VERSION: ${node} could not be started: ${error.message}`);
    process.exitCode = 2;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 1;
    // A child that was killed could not leave the alternate screen, nor show the cursor again.
    if (signal === 'SIGKILL' && process.stdout.isTTY) process.stdout.write('\x1b[?1049l\x1b[?25h');
    if (signal !== null) {
      for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    }
  });
}
