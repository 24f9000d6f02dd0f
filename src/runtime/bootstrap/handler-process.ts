import Module from 'node:module';
import { installAwslambda } from '../../lambda/awslambda.ts';
import { patchConsole } from '../../lambda/console.ts';
import type { InvocationFacts } from '../../lambda/context.ts';
import { carriedPayload, errorBody, type TrimTrace } from '../../lambda/error-body.ts';
import { pickHandler, refuseCallbackHandler } from '../../lambda/handler.ts';
import { InvokeStore } from '../../lambda/invoke-store.ts';
import { importHandlerFile } from '../../lambda/load-handler.ts';
import { failureParameters, logSettings } from '../../lambda/log-format.ts';
import { RuntimeError } from '../../lambda/runtime-error.ts';
import { hasCallbacks } from '../../lambda/runtime-version.ts';
import type { InvokeCommand, LoadCommand } from '../channel/worker-message.ts';
import { Answering } from './answering.ts';
import { captureOutput } from './capture-output.ts';
import { InvocationRunner } from './invocation-runner.ts';
import { installLazyGc } from './lazy-gc.ts';
import type { Parent } from './parent.ts';
import type { StandIns } from './stand-ins.ts';

/** Not in the types; `require` of what a layer has needs it. */
const modulePaths = Module as unknown as { _initPaths(): void };

/** The exit codes of Lambda's runtimes up to Node.js 22. */
const EXIT = { unhandledRejection: 128, uncaughtException: 129 };

/** What this process is to a handler: its environment, its console, its caller. */
export class HandlerProcess {
  readonly #parent: Parent;
  readonly #trim: TrimTrace;
  readonly #store = new InvokeStore();
  #standIns: StandIns | undefined;
  #requestId: string | undefined;
  #runtime = '';
  #runner: InvocationRunner | undefined;
  #answering: Answering | undefined;

  constructor(parent: Parent, trim: TrimTrace) {
    this.#parent = parent;
    this.#trim = trim;
  }

  /** Loads the handler; says `ready`, or why not. */
  async load(command: LoadCommand): Promise<void> {
    const { environment, inherits, workingDirectory, file, exportPath } = command;
    const startedAt = performance.now();
    this.#parent.holdOpen(false);
    replaceEnvironment(environment, inherits === true);
    // Node.js has read NODE_PATH when it started. https://github.com/nodejs/node/blob/v24.x/lib/internal/modules/cjs/loader.js
    modulePaths._initPaths();
    this.#runtime = (process.env.AWS_EXECUTION_ENV ?? '').replace('AWS_Lambda_', '');
    this.#prepare();
    try {
      process.chdir(workingDirectory);
      if (command.fixable === true) this.#standIns = await installStandIns();
      const loaded = pickHandler(
        await importHandlerFile(file),
        exportPath,
        process.env._HANDLER ?? exportPath,
      );
      refuseCallbackHandler(loaded, this.#runtime);
      const answering = new Answering({
        parent: this.#parent,
        runtime: this.#runtime,
        logFailure: this.#logFailure,
        trim: this.#trim,
      });
      this.#answering = answering;
      this.#runner = new InvocationRunner(loaded, this.#runtime, answering, this.#parent);
      this.#parent.ready({ initMs: performance.now() - startedAt, streaming: loaded.streaming });
      this.#parent.holdOpen(true);
    } catch (error) {
      if (hasCallbacks(this.#runtime)) this.#logFailure('Uncaught Exception', error);
      else this.#logFailure('Init Error', error);
      await this.#failLoad(error);
      process.exit(1);
    }
  }

  /** Only after `ready`. */
  invoke(command: InvokeCommand, event: Uint8Array): void {
    const { requestId, traceId } = command;
    this.#requestId = requestId;
    if (process.env._X_AMZN_TRACE_ID !== traceId) {
      if (traceId === undefined) delete process.env._X_AMZN_TRACE_ID;
      else process.env._X_AMZN_TRACE_ID = traceId;
    }
    this.#standIns?.set(command.fixed);
    const { REQUEST_ID, X_RAY_TRACE_ID } = InvokeStore.PROTECTED_KEYS;
    this.#store.run({ [REQUEST_ID]: requestId, [X_RAY_TRACE_ID]: traceId }, () =>
      this.#runner?.run(this.#facts(command), event),
    );
  }

  loopEmpty(): void {
    this.#runner?.loopEmpty();
  }

  #facts(command: InvokeCommand): InvocationFacts {
    return {
      ...command,
      functionName: process.env.AWS_LAMBDA_FUNCTION_NAME ?? '',
      memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? '',
    };
  }

  #prepare(): void {
    const parent = this.#parent;
    installLazyGc();
    installAwslambda(process.env, this.#store);
    captureOutput((stream, text) => parent.text(stream, text));
    const noRequest = hasCallbacks(this.#runtime) ? undefined : '-';
    patchConsole(
      logSettings(process.env),
      () => ({ requestId: this.#requestId ?? noRequest }),
      (level, text) =>
        parent.record(
          level === 'WARN' || level === 'ERROR' || level === 'FATAL' ? 'stderr' : 'stdout',
          this.#withoutOwnFrames(text),
        ),
    );
    if (!hasCallbacks(this.#runtime)) return;
    process.on('uncaughtException', (error) => {
      void this.#endBy('Uncaught Exception', error, EXIT.uncaughtException);
    });
    process.on('unhandledRejection', (reason) => {
      const error = new RuntimeError('Runtime.UnhandledPromiseRejection', messageOf(reason), {
        cause: reason,
      });
      void this.#endBy('Unhandled Promise Rejection', error, EXIT.unhandledRejection);
    });
  }

  /** Up to Node.js 22 Lambda's runtime answers what nobody caught, and exits. */
  async #endBy(title: string, error: unknown, exitCode: number): Promise<void> {
    this.#logFailure(title, error);
    await (this.#answering ? this.#answering.failFatally(error) : this.#failLoad(error));
    process.exit(exitCode);
  }

  async #failLoad(error: unknown): Promise<void> {
    const body = errorBody(error, this.#trim);
    await this.#parent.loadFailed(body.errorType, carriedPayload(error) ?? JSON.stringify(body));
  }

  /** What a stack says of llx tells a developer nothing about the handler. */
  #withoutOwnFrames(text: string): string {
    return text.includes('\n    at ') ? this.#trim(text.split('\n')).join('\n') : text;
  }

  readonly #logFailure = (title: string, error: unknown): void => {
    try {
      // The handler is done with it: taking our frames out of its stack takes them out of every way to print it.
      if (error instanceof Error && error.stack !== undefined)
        error.stack = this.#withoutOwnFrames(error.stack);
      console.error(...failureParameters(title, error, logSettings(process.env)));
    } catch {
      // An error whose own getters throw: it is answered all the same.
    }
  };
}

/** Loaded for the few functions that ask for it. */
async function installStandIns(): Promise<StandIns> {
  const { StandIns } = await import('./stand-ins.ts');
  return new StandIns();
}

/** Nothing of what this process was started with is left to the handler, unless it `inherits` that. */
function replaceEnvironment(environment: Readonly<Record<string, string>>, inherits: boolean): void {
  for (const name of Object.keys(process.env)) {
    if (!inherits && !Object.hasOwn(environment, name)) delete process.env[name];
  }
  for (const [name, value] of Object.entries(environment)) {
    // A new TZ makes Node.js read its time zones again.
    if (process.env[name] !== value) process.env[name] = value;
  }
}

/** As `new Error(reason)` makes it. */
function messageOf(reason: unknown): string {
  try {
    return String(reason);
  } catch {
    // A value that cannot become text; Lambda's runtime fails at it, and so does the invocation.
    return typeof reason;
  }
}
