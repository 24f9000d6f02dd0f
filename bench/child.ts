import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export type Child = {
  readonly process: ChildProcess;
  readonly firstLine: string;
  readonly startMs: number;
  stop(): Promise<void>;
};

/** A Node process, up to its first line on stdout. */
export async function startChild(args: readonly string[], cwd: string = root): Promise<Child> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const first = once(lines, 'line');
  const exited = once(child, 'exit');
  const [line] = await Promise.race([
    first,
    exited.then(([code]) => {
      throw new Error(`${args.join(' ')} ended with ${code} before it was ready`);
    }),
  ]);
  const startMs = performance.now() - start;
  return {
    process: child,
    firstLine: String(line),
    startMs,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await exited;
    },
  };
}

export type LlxReady = {
  readonly endpoint: string;
  readonly mqtt: string;
  /** Of an emulator: MQTT over WebSocket with SigV4, and the file of the authority that signed its certificate. */
  readonly wss?: string;
  readonly ca?: string;
  readonly region?: string;
};

export async function startLlx(
  args: readonly string[],
  cwd: string,
): Promise<Child & { readonly ready: LlxReady }> {
  const child = await startChild(
    [join(root, 'bin', 'llx.js'), ...args, '--json', '--port', '0', '--mqtt-port', '0'],
    cwd,
  );
  return { ...child, ready: JSON.parse(child.firstLine) as LlxReady };
}
