import { fileURLToPath } from 'node:url';
import { workerProfile } from './generation-workers.ts';
import type { FunctionSpec, InvocationRequest, LogLine } from './invocation.ts';
import { createSpawnWorker, type SpawnWorkerOptions } from './spawn-worker.ts';
import type { SpawnWorker, Worker } from './worker.ts';
import type { EnvironmentOf } from './worker-environment.ts';

export const HANDLERS = fileURLToPath(new URL('./test-handlers', import.meta.url));
export const BOOTSTRAP = fileURLToPath(new URL('./bootstrap/main.ts', import.meta.url));
export const PYTHON_BOOTSTRAP = fileURLToPath(new URL('./python/bootstrap.py', import.meta.url));
export const REQUEST_ID = '6f1c0d5e-8a53-4b1e-9f57-0d1f6a2b3c4d';

export function functionSpec(settings: Partial<FunctionSpec> = {}): FunctionSpec {
  return {
    name: 'orders',
    arn: 'arn:aws:lambda:eu-west-1:000000000000:function:orders',
    handler: 'answers.echo',
    runtime: 'nodejs24.x',
    timeoutMs: 3_000,
    memoryMb: 512,
    environment: {},
    root: HANDLERS,
    code: 'package',
    ...settings,
  };
}

export function invocationRequest(
  event: unknown = {},
  settings: Partial<InvocationRequest> = {},
): InvocationRequest {
  return {
    requestId: REQUEST_ID,
    invokedFunctionArn: functionSpec().arn,
    functionVersion: '$LATEST',
    event: Buffer.from(JSON.stringify(event)),
    remainingMs: 15_000,
    logGroupName: '/aws/lambda/orders',
    logStreamName: '2026/11/21/[$LATEST]0123456789abcdef0123456789abcdef',
    ...settings,
  };
}

/** Workers of one test file: all of them are gone after `close`. */
export class TestWorkers {
  readonly #options: Partial<SpawnWorkerOptions>;
  readonly #spawnWorker: SpawnWorker | undefined;
  readonly #workers: Worker[] = [];

  /** @param spawnWorker instead of processes of this machine */
  constructor(options: Partial<SpawnWorkerOptions> = {}, spawnWorker?: SpawnWorker) {
    this.#options = options;
    this.#spawnWorker = spawnWorker;
  }

  spawn(spec: FunctionSpec = functionSpec(), options: Partial<SpawnWorkerOptions> = {}): Worker {
    const spawnWorker =
      this.#spawnWorker ??
      createSpawnWorker({
        bootstrapFile: BOOTSTRAP,
        pythonBootstrapFile: PYTHON_BOOTSTRAP,
        ...this.#options,
        ...options,
      });
    const worker = spawnWorker(workerProfile(spec));
    this.#workers.push(worker);
    return worker;
  }

  /** Loads `file.export`, the file with its extension: `answers.mjs.echo`. */
  async load(
    handler: string,
    settings: Partial<FunctionSpec> = {},
    options: Partial<SpawnWorkerOptions> = {},
    environmentOf?: EnvironmentOf,
  ): Promise<Worker> {
    const spec = functionSpec({ handler, ...settings });
    const worker = this.spawn(spec, options);
    const outcome = await worker.load(spec, codeOf(handler), { environmentOf });
    if (outcome.status === 'failed') throw new Error(Buffer.from(outcome.payload).toString());
    return worker;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.kill()));
  }
}

export function codeOf(handler: string): { readonly file: string; readonly exportPath: string } {
  const [name, extension, ...path] = handler.split('.');
  return { file: `${HANDLERS}/${name}.${extension}`, exportPath: path.join('.') };
}

export type Outcome = {
  readonly answer: unknown;
  readonly failure: string | undefined;
  readonly errorType: string | undefined;
  readonly logs: readonly LogLine[];
};

/** Invokes, and shows what a caller and the log would. */
export async function invoke(
  worker: Worker,
  event?: unknown,
  settings: Partial<InvocationRequest> = {},
): Promise<Outcome> {
  const logs: LogLine[] = [];
  const result = await worker.invoke(
    invocationRequest(event, { onLog: (line) => logs.push(line), ...settings }),
  );
  const text = Buffer.from(result.payload).toString();
  const answer: unknown = result.status === 'succeeded' && result.streamed ? text : JSON.parse(text);
  return result.status === 'succeeded'
    ? { answer, failure: undefined, errorType: undefined, logs }
    : { answer, failure: result.failure, errorType: result.errorType, logs };
}

/** A log without what differs between runs. */
export function stable(logs: readonly LogLine[]): readonly string[] {
  return logs.map(
    ({ stream, text }) => `${stream}: ${text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/, '<time>')}`,
  );
}
