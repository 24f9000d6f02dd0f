import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { descendants } from './process-memory.ts';
import type { ExitStatus } from './worker.ts';
import type { Environment } from './worker-environment.ts';

/** A program, and how it is started. */
export type WorkerCommand = {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly workingDirectory?: string;
  /** Pipes to it, from descriptor 3 on. */
  readonly pipes: number;
};

/** A child process in a group of its own, and the pipes to it. */
export type WorkerProcess = {
  /** 0 when it could not be started. */
  readonly pid: number;
  /** Ends of descriptors; of a process that did not start, ends that are over. */
  readable(descriptor: number): Readable;
  writable(descriptor: number): Writable;
  readonly exited: Promise<ExitStatus>;
  /** SIGKILL for it and for what it started. Idempotent. */
  kill(): void;
};

/** @throws NodeJS.ErrnoException where the system refuses at once: too many processes, arguments that are too long. */
export function spawnWorkerProcess(command: WorkerCommand): WorkerProcess {
  const options: SpawnOptions = {
    env: command.environment,
    stdio: ['ignore', 'pipe', 'pipe', ...Array.from({ length: command.pipes }, () => 'pipe' as const)],
    // A process group of its own: Ctrl-C of the terminal is llx's to handle, and `kill` reaches what it started.
    detached: true,
  };
  const { workingDirectory } = command;
  const child = spawn(
    command.file,
    command.args,
    workingDirectory === undefined ? options : { ...options, cwd: workingDirectory },
  );
  // Once nothing of the group is left, its number may become somebody else's.
  let ended = false;
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('exit', (code, signal) => {
      killGroup(child);
      ended = true;
      resolve({ code, signal });
    });
    child.once('error', (error) => {
      // Also emitted when a signal could not be sent to a living child, which `exit` then reports.
      // 127 is what a shell answers for a program that it cannot run.
      if (child.pid === undefined) resolve({ code: 127, signal: null, error });
    });
  });
  return {
    pid: child.pid ?? 0,
    readable: (descriptor) => readableEnd(child, descriptor),
    writable: (descriptor) => writableEnd(child, descriptor),
    exited,
    kill: () => {
      if (!ended) killTree(child);
    },
  };
}

/** Hands on what the process prints. */
export function readOutputs(
  child: WorkerProcess,
  onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void,
): void {
  for (const [stream, descriptor] of [
    ['stdout', 1],
    ['stderr', 2],
  ] as const) {
    const source = child.readable(descriptor);
    source.on('error', () => {
      // The descriptor of a process that is gone; its exit is reported elsewhere.
    });
    source.on('data', (chunk: Buffer) => onOutput(stream, chunk));
  }
}

/** A browser that a handler drives begins a group of its own: a function that timed out would leave it behind. */
function killTree(child: ChildProcess): void {
  const elsewhere = child.pid === undefined ? [] : descendants(child.pid);
  killGroup(child);
  for (const pid of elsewhere) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // ESRCH: it went with the group.
    }
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: the whole group is gone, which is what was wanted.
  }
}

function readableEnd(child: ChildProcess, descriptor: number): Readable {
  const stream = child.stdio[descriptor];
  return stream instanceof Readable ? stream : Readable.from([]).resume();
}

function writableEnd(child: ChildProcess, descriptor: number): Writable {
  const stream = child.stdio[descriptor];
  return stream instanceof Writable ? stream : new Writable().destroy();
}
