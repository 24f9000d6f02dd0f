import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { InvocationResult } from '../../../runtime/invocation.ts';
import type { InvocationCall, InvocationTarget } from '../invocation-service.ts';
import { encodeHostMessage, type FromHost, HostMessageDecoder, type ToHost } from './host-message.ts';

export type StubHostOptions = {
  /** dist/stub-host.mjs */
  readonly hostFile: string;
  /** dist/stub/index.mjs: the file that would be deployed. */
  readonly stubFile: string;
  /** Runs the deployed handler, when the stub decides for it. */
  readonly deployed: InvocationTarget;
  readonly onDrop: (reason: string, detail: string) => void;
  readonly onNotice: (text: string) => void;
};

export type HostAddresses = {
  readonly mqttUrl: string;
  /** The emulator's HTTP API, for GetRetainedMessage. */
  readonly endpoint: string;
};

type Call = {
  readonly call: InvocationCall;
  readonly startedAt: number;
  readonly onLog: (text: string) => void;
  readonly signal: AbortSignal;
  readonly timer: NodeJS.Timeout;
  readonly settle: (result: InvocationResult) => void;
};

/**
 * One process in which the stubs of all functions run: what Lambda's execution environments are on AWS.
 * A host that dies fails what it was doing, as a crashed environment would, and is started again.
 */
export class StubHost {
  readonly #options: StubHostOptions;
  readonly #calls = new Map<number, Call>();
  #child: ChildProcess | undefined;
  #pipe: Duplex | undefined;
  #nextCall = 1;
  #closed = false;
  #addresses: HostAddresses | undefined;

  /** Starts the process at once: it boots while the emulator opens its ports. */
  constructor(options: StubHostOptions) {
    this.#options = options;
    this.#start();
  }

  /** Where its stubs find the broker and the emulator. Before the first invocation. */
  connect(addresses: HostAddresses): void {
    this.#addresses = addresses;
    this.#sendStart();
  }

  /** Their stubs connect now, as Lambda's init would; a stub that is invoked before does so then. */
  prepare(arns: readonly string[]): void {
    for (const arn of arns) this.#send({ type: 'function', arn });
  }

  readonly invoke: InvocationTarget = async (call, onLog, signal) => {
    const { spec } = call.resolved.deployed;
    const startedAt = performance.now();
    if (this.#child === undefined && !this.#closed) this.#start();
    return new Promise((settle) => {
      const id = this.#nextCall++;
      // Lambda ends the environment when the time is over, whatever the stub is doing.
      const timer = setTimeout(() => this.#timeOut(id), spec.timeoutMs);
      this.#calls.set(id, { call, startedAt, onLog, signal, timer, settle });
      this.#send(
        {
          type: 'invoke',
          call: id,
          arn: spec.arn,
          requestId: call.requestId,
          invokedFunctionArn: call.resolved.invokedArn,
          functionName: spec.name,
          functionVersion: call.resolved.version,
          memoryLimitInMB: String(spec.memoryMb),
          logGroupName: call.resolved.deployed.logGroupName,
          logStreamName: call.resolved.deployed.logStreamName,
          remainingMs: spec.timeoutMs,
          ...(call.clientContext === undefined ? {} : { clientContext: call.clientContext }),
          ...(call.traceId === undefined ? {} : { traceId: call.traceId }),
        },
        call.event,
      );
    });
  };

  async close(): Promise<void> {
    this.#closed = true;
    this.#failAll('the emulator was stopped', 'aborted');
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    this.#pipe?.end();
    const kill = setTimeout(() => child.kill('SIGKILL'), 500);
    await exited;
    clearTimeout(kill);
  }

  #start(): void {
    const child = spawn(process.execPath, [this.#options.hostFile], {
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: hostEnvironment(process.env),
    });
    this.#child = child;
    const pipe = child.stdio[3] as Duplex;
    this.#pipe = pipe;
    this.#sendStart();
    const decoder = new HostMessageDecoder<FromHost>();
    pipe.on('data', (chunk: Buffer) => decoder.push(chunk, (message, body) => this.#receive(message, body)));
    // A write to a host that has just died: its exit is handled below.
    pipe.on('error', () => undefined);
    child.once('error', (error) => this.#ended(child, `it could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      this.#ended(child, signal === null ? `exit status ${code}` : `signal: ${signal}`),
    );
  }

  #sendStart(): void {
    if (this.#addresses === undefined) return;
    this.#send({ type: 'start', stubFile: this.#options.stubFile, ...this.#addresses });
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    this.#failAll(how, 'exit');
    if (this.#closed) return;
    this.#options.onNotice(
      `The process that runs the stubs ended (${how}); the next invocation starts it again.`,
    );
  }

  #receive(message: FromHost, body: Buffer): void {
    switch (message.type) {
      case 'dropped':
        return this.#options.onDrop(message.reason, message.detail);
      case 'notice':
        return this.#options.onNotice(message.text);
      case 'log':
        return this.#calls.get(message.call)?.onLog(message.text);
      case 'deployed':
        return this.#runDeployed(message.call);
      case 'answer':
        return this.#settle(message.call, (facts) => ({
          ...facts,
          status: 'succeeded',
          payload: body,
          streamed: message.streamed,
        }));
      case 'failed':
        return this.#settle(message.call, (facts) => ({
          ...facts,
          status: 'failed',
          failure: message.errorType === 'Sandbox.Timedout' ? 'timeout' : 'handler',
          errorType: message.errorType,
          payload: body,
        }));
      default: {
        const exhaustive: never = message;
        return exhaustive;
      }
    }
  }

  #runDeployed(id: number): void {
    const call = this.#take(id);
    if (call === undefined) return;
    void this.#options.deployed(call.call, call.onLog, call.signal).then(call.settle);
  }

  #settle(
    id: number,
    result: (facts: { readonly durationMs: number; readonly coldStart: boolean }) => InvocationResult,
  ): void {
    const call = this.#take(id);
    if (call === undefined) {
      this.#options.onDrop('invocation-ended', 'an answer of the stub after Lambda had given up');
      return;
    }
    call.settle(result({ durationMs: performance.now() - call.startedAt, coldStart: false }));
  }

  #take(id: number): Call | undefined {
    const call = this.#calls.get(id);
    if (call === undefined) return undefined;
    this.#calls.delete(id);
    clearTimeout(call.timer);
    return call;
  }

  #timeOut(id: number): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    this.#send({ type: 'abandon', call: id });
    const seconds = (call.call.resolved.deployed.spec.timeoutMs / 1000).toFixed(2);
    call.onLog(`${new Date().toISOString()} ${call.call.requestId} Task timed out after ${seconds} seconds`);
    this.#fail(id, 'Sandbox.Timedout', `Task timed out after ${seconds} seconds`, 'timeout');
  }

  #failAll(why: string, failure: 'exit' | 'aborted'): void {
    for (const id of [...this.#calls.keys()]) {
      this.#fail(id, 'Runtime.ExitError', `Runtime exited with error: ${why}`, failure);
    }
  }

  #fail(id: number, errorType: string, message: string, failure: 'exit' | 'aborted' | 'timeout'): void {
    const requestId = this.#calls.get(id)?.call.requestId;
    this.#settle(id, (facts) => ({
      ...facts,
      status: 'failed',
      failure,
      errorType,
      payload: Buffer.from(
        JSON.stringify({
          errorType,
          errorMessage: `RequestId: ${requestId} Error: ${message}`,
        }),
      ),
    }));
  }

  #send(message: ToHost, body?: Uint8Array): void {
    const pipe = this.#pipe;
    if (pipe === undefined || pipe.destroyed) return;
    const parts = encodeHostMessage(message, body);
    if (parts.length === 1 && parts[0] !== undefined) {
      pipe.write(parts[0]);
      return;
    }
    pipe.cork();
    for (const part of parts) pipe.write(part);
    pipe.uncork();
  }
}

/** The stub needs nothing of the developer's environment; keys and profiles least of all. */
function hostEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'];
  return Object.fromEntries(kept.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}
