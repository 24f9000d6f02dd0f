import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const bin = join(root, 'bin', 'llx.js');
export const projectDirectory = join(root, 'test', 'e2e', 'project');
/** Functions with roles, and developers with keys and policies. */
export const liveProjectDirectory = join(root, 'test', 'e2e', 'live-project');

export type JsonLine = { readonly type: string; readonly [key: string]: unknown };
export type Ready = JsonLine & {
  readonly endpoint: string;
  readonly mqtt: string;
  readonly functions: readonly { readonly name: string; readonly arn: string }[];
};

/** A running `llx … --json`: its lines as they come, and its end. */
export type LlxProcess = {
  readonly ready: Ready;
  readonly child: ChildProcess;
  /** The first line, seen or yet to come, that fits. */
  line(fits: (line: JsonLine) => boolean): Promise<JsonLine>;
  /** The first line yet to come that fits. */
  next(fits: (line: JsonLine) => boolean): Promise<JsonLine>;
  readonly lines: readonly JsonLine[];
  readonly stderr: () => string;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  stop(): Promise<void>;
};

export async function startLlx(
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<LlxProcess> {
  const child = spawn(process.execPath, [bin, ...args, '--json'], {
    cwd: options.cwd ?? projectDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(options.env ?? { AWS_PROFILE: 'the-developers-own' }) },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const lines: JsonLine[] = [];
  const waiting = new Set<(line: JsonLine) => void>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as JsonLine;
    lines.push(line);
    for (const listener of waiting) listener(line);
  });
  const exit = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  const next = (fits: (line: JsonLine) => boolean): Promise<JsonLine> =>
    new Promise((resolve, reject) => {
      const listener = (next: JsonLine): void => {
        if (!fits(next)) return;
        waiting.delete(listener);
        resolve(next);
      };
      waiting.add(listener);
      void exit.then(({ code, signal }) => reject(new Error(`llx ended (${code ?? signal}): ${stderr}`)));
    });
  const line = async (fits: (line: JsonLine) => boolean): Promise<JsonLine> =>
    lines.find(fits) ?? (await next(fits));
  const ready = (await line(({ type }) => type === 'ready')) as Ready;
  return {
    ready,
    child,
    line,
    next,
    lines,
    stderr: () => stderr,
    exit,
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

/** Runs `llx` to its end. */
export async function runLlx(
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd ?? projectDirectory,
    stdio: 'pipe',
    env: { ...process.env, ...options.env },
  });
  child.stdin.end(options.input ?? '');
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

/** The unmodified AWS SDK, pointed at an emulator. Retries are off: a test sees the first answer. */
export function lambdaClient(endpoint: string, credentials = DEVELOPMENT_KEY): LambdaClient {
  return new LambdaClient({
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  });
}
