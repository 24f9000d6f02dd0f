import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { ExitStatus } from '../../../runtime/worker.ts';
import { encodeHostMessage, type FromHost, HostMessageDecoder, type ToHost } from './host-message.ts';

/** How long a host may take to end after its pipe has. */
const END_MS = 500;

export type HostEnd = {
  /** Undefined: it could not be started. */
  readonly status: ExitStatus | undefined;
  /** For people. */
  readonly reason: string;
};

/** One process that runs stubs, with the pipe to it. */
export class HostProcess {
  readonly #child: ReturnType<typeof spawn>;
  readonly #pipe: Socket;
  readonly #ended: Promise<void>;

  constructor(options: {
    /** @default process.execPath */
    readonly program?: string | undefined;
    readonly hostFile: string;
    readonly stubFile: string;
    readonly onMessage: (message: FromHost, body: Buffer) => void;
    /** Once. No message is taken for sent after it. */
    readonly onEnd: (end: HostEnd) => void;
  }) {
    const { program = process.execPath, hostFile, stubFile, onMessage, onEnd } = options;
    const child = spawn(program, [hostFile, stubFile], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: hostEnvironment(process.env),
      // A process group of its own: Ctrl-C of the terminal is llx's to handle, which ends what still runs in order.
      detached: true,
    });
    const pipe = child.stdio[3] as Socket;
    this.#child = child;
    this.#pipe = pipe;
    let broken: string | undefined;
    const decoder = new HostMessageDecoder<FromHost>();
    pipe.on('data', (chunk: Buffer) => {
      try {
        decoder.push(chunk, onMessage);
      } catch (error) {
        // Nothing behind it can be told apart any more: the end of the process answers its calls.
        broken = error instanceof Error ? error.message : String(error);
        // Before its pipe ends, on which it would leave by itself, as if nothing were wrong.
        child.kill('SIGKILL');
        pipe.destroy();
      }
    });
    // A write to a host that has just died: its end is told below.
    pipe.on('error', () => undefined);
    this.#ended = new Promise((resolve) => {
      const end = (ended: HostEnd): void => {
        // What is written from now on finds no reader, and nothing else would say so.
        pipe.end();
        resolve();
        onEnd(ended);
      };
      child.once('error', (error) => {
        // Also of a signal that could not be sent; then the process lives.
        if (child.pid === undefined) end({ status: undefined, reason: error.message });
      });
      child.once('exit', (code, signal) => {
        const how = signal === null ? `exit status ${code}` : `signal: ${signal}`;
        end({ status: { code, signal }, reason: broken === undefined ? how : `${how}: ${broken}` });
      });
    });
  }

  /** False when nobody can receive it any more. */
  send(message: ToHost, body?: Uint8Array): boolean {
    const pipe = this.#pipe;
    if (!pipe.writable) return false;
    const parts = encodeHostMessage(message, body);
    if (parts.length === 1 && parts[0] !== undefined) {
      pipe.write(parts[0]);
      return true;
    }
    pipe.cork();
    for (const part of parts) pipe.write(part);
    pipe.uncork();
    return true;
  }

  /** Ends the pipe, on which the process leaves by itself, or is killed. */
  async close(): Promise<void> {
    this.#pipe.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#ended;
    clearTimeout(kill);
  }
}

/** The stub needs nothing of the developer's environment; keys and profiles least of all. */
function hostEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
