import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bin, type JsonLine, type Ready } from '../support/llx-process.ts';

const projectDirectory = fileURLToPath(new URL('project', import.meta.url));
const shiftedClock = new URL('preload/shifted-clock.ts', import.meta.url).href;
const advertisedPorts = new URL('preload/advertised-ports.ts', import.meta.url).href;
const activeResources = new URL('preload/active-resources.ts', import.meta.url).href;
const DAY_MS = 24 * 60 * 60 * 1000;
const READY_MS = 30_000;
/** For a process to say what keeps it from ending. */
const SAY_MS = 500;

/** A running `llx … --json` in a process group of its own, so that no Ctrl-C but ours reaches it. */
export type PartyProcess = {
  readonly pid: number;
  readonly name: string;
  readonly ready: Ready;
  readonly lines: readonly JsonLine[];
  readonly stderr: () => string;
  readonly running: boolean;
  /** Without effect on a process that has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Its wall clock jumps a day ahead; the next time, back. */
  shiftClock(): void;
  /** Asks it to end; true when it did so within the bound, by itself. */
  stop(withinMs: number): Promise<boolean>;
  readonly exit: Promise<unknown>;
};

export type PartyOptions = {
  readonly name: string;
  readonly args: readonly string[];
  /** What this process says of its own ports. */
  readonly advertised?: ReadonlyMap<number, number>;
  readonly env?: NodeJS.ProcessEnv;
  readonly temporaryDirectory: string;
};

/** Resolves when it is ready. Rejects, with what it wrote, when it ends before or takes too long. */
export async function startParty(options: PartyOptions): Promise<PartyProcess> {
  const { name, args, advertised = new Map(), env, temporaryDirectory } = options;
  const preloads = [advertisedPorts, shiftedClock, activeResources].flatMap((url) => ['--import', url]);
  const child = spawn(process.execPath, [...preloads, bin, ...args, '--json'], {
    cwd: projectDirectory,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...env,
      // Handed on to workers and hosts, whatever else of the environment is not.
      TMPDIR: temporaryDirectory,
      // Beside it by default, and every party would compile everything anew.
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
      LLX_FAULTS_PORTS: [...advertised].map(([real, proxy]) => `${real}:${proxy}`).join(','),
      LLX_FAULTS_CLOCK_SHIFT_MS: String(DAY_MS),
    },
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // Of a signal that meets a process that has just ended.
  child.on('error', () => undefined);
  const lines: JsonLine[] = [];
  const exit = once(child, 'exit');
  const ready = await new Promise<Ready>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${name} was not ready within ${READY_MS} ms: ${stderr}`));
    }, READY_MS);
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as JsonLine;
      lines.push(line);
      if (line.type !== 'ready') return;
      clearTimeout(timer);
      resolve(line as Ready);
    });
    void exit.then(([code, killedBy]) => {
      clearTimeout(timer);
      reject(new Error(`${name} ended (${code ?? killedBy}): ${stderr}`));
    });
  });
  return partyOf(name, child, ready, lines, () => stderr, exit);
}

function partyOf(
  name: string,
  child: ChildProcess,
  ready: Ready,
  lines: readonly JsonLine[],
  stderr: () => string,
  exit: Promise<unknown>,
): PartyProcess {
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    name,
    ready,
    lines,
    stderr,
    exit,
    get running() {
      return running();
    },
    signal: (signal) => void child.kill(signal),
    shiftClock: () => void child.kill('SIGUSR2'),
    async stop(withinMs) {
      child.kill('SIGTERM');
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<boolean>((resolve) => {
        timer = setTimeout(() => resolve(false), withinMs);
      });
      const ended = await Promise.race([exit.then(() => true), late]);
      clearTimeout(timer);
      if (ended) return true;
      child.kill('SIGIO');
      await wait(SAY_MS);
      child.kill('SIGKILL');
      return false;
    },
  };
}
