import { type ChildProcess, spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import type { PipeEnds } from './channel/pipe-channel.ts';
import { PIPE_FD } from './channel/pipe-fd.ts';
import type { ExitStatus, WorkerProfile } from './worker.ts';
import type { Environment } from './worker-environment.ts';

/** A child process that runs the bootstrap, and the pipes to it. */
export type WorkerProcess = {
  /** 0 when it could not be started. */
  readonly pid: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly pipes: PipeEnds;
  readonly exited: Promise<ExitStatus>;
  /** SIGKILL for it and for what it started. Idempotent. */
  kill(): void;
};

/** What a shell answers for a program that it cannot run. */
const CANNOT_START: ExitStatus = { code: 127, signal: null };

export function spawnWorkerProcess(
  profile: WorkerProfile,
  options: {
    readonly nodeExecutable: string;
    readonly bootstrapFile: string;
    readonly environment: Environment;
  },
): WorkerProcess {
  const child = spawn(options.nodeExecutable, [...heapOptions(profile.memoryMb), options.bootstrapFile], {
    env: profile.nodeOptions
      ? { ...options.environment, NODE_OPTIONS: profile.nodeOptions }
      : options.environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
    // A process group of its own: Ctrl-C of the terminal is llx's to handle, and `kill` reaches what it started.
    detached: true,
  });
  // Once nothing of the group is left, its number may become somebody else's.
  let ended = false;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      killGroup(child);
      ended = true;
      resolve({ code, signal });
    });
    child.once('error', () => {
      // Also emitted when a signal could not be sent to a living child, which `exit` then reports.
      if (child.pid === undefined) resolve(CANNOT_START);
    });
  });
  return {
    pid: child.pid ?? 0,
    stdout: readableEnd(child, 1),
    stderr: readableEnd(child, 2),
    pipes: { input: writableEnd(child, PIPE_FD.input), output: readableEnd(child, PIPE_FD.output) },
    exited,
    kill: () => {
      if (!ended) killGroup(child);
    },
  };
}

/** The share of the function's memory that Lambda's own Node bootstrap gives to the heap and to its young part. */
function heapOptions(memoryMb: number): readonly string[] {
  const oldSpace = Math.floor(memoryMb * 0.9);
  const semiSpace = Math.floor(memoryMb * 0.05);
  return [`--max-semi-space-size=${semiSpace}`, `--max-old-space-size=${oldSpace}`];
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: the whole group is gone, which is what was wanted.
  }
}

/** Of a process that did not start, an end that is over. */
function readableEnd(child: ChildProcess, descriptor: number): Readable {
  const stream = child.stdio[descriptor];
  return stream instanceof Readable ? stream : Readable.from([]).resume();
}

function writableEnd(child: ChildProcess, descriptor: number): Writable {
  const stream = child.stdio[descriptor];
  return stream instanceof Writable ? stream : new Writable().destroy();
}
