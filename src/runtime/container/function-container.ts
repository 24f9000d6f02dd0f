import { ApiMessages } from '../channel/api-messages.ts';
import { EndMarks } from '../channel/end-marks.ts';
import type { InvokeCommand, WorkerMessage } from '../channel/worker-message.ts';
import { containerFailure } from '../outcome.ts';
import { descendants, peakResidentKb } from '../process-memory.ts';
import { runtimeFamily } from '../runtime-family.ts';
import type { LoadRequest, RuntimeProcess, RuntimeProcessListener } from '../runtime-process.ts';
import type { ExitStatus } from '../worker.ts';
import { BufferedListener } from './buffered-listener.ts';
import type { ContainerEngine, RunningContainer } from './container-engine.ts';
import { containerEnvironment } from './container-environment.ts';
import { type ContainerImages, hasOwnRuntime, imageOf } from './container-image.ts';
import { type ContainerLimits, containerSettings } from './container-settings.ts';

export type FunctionContainerOptions = {
  readonly engine: ContainerEngine;
  readonly images?: ContainerImages | undefined;
  /** @default bridge */
  readonly network: string;
  readonly limits?: ContainerLimits | undefined;
  /** Absolute; with `container-bootstrap.mjs` and `python/bootstrap.py`. */
  readonly runtimeDirectory: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hidden?: readonly string[] | undefined;
};

/** How long an answer waits for the lines that were printed before it. */
const MARKED_MS = 1_000;
/** The same where nothing marks the last of them. */
const UNMARKED_MS = 5;

/** A function in a container, which begins to be made at once. It speaks the Runtime API. */
export class FunctionContainer implements Omit<RuntimeProcess, 'load'> {
  readonly exited: Promise<ExitStatus>;
  readonly closed: Promise<void>;
  readonly #options: FunctionContainerOptions;
  readonly #listener = new BufferedListener();
  readonly #exit = Promise.withResolvers<ExitStatus>();
  readonly #close = Promise.withResolvers<void>();
  readonly #address = Promise.withResolvers<string | undefined>();
  #api: ApiMessages | undefined;
  #container: RunningContainer | undefined;
  #killed = false;
  #isMarked = false;
  #marks = 0;
  /** Answers that wait for the lines before them. */
  #release: (() => void) | undefined;

  constructor(options: FunctionContainerOptions, request: LoadRequest) {
    this.#options = options;
    this.exited = this.#exit.promise;
    this.closed = this.#close.promise;
    this.#start(request).catch((error: unknown) => {
      this.#listener.onNotStarted(containerFailure(error instanceof Error ? error.message : String(error)));
      this.kill();
    });
  }

  /** Whoever it is for hears of all that has happened, and of what will. Once. */
  attach(listener: RuntimeProcessListener): void {
    this.#listener.attach(listener);
  }

  get pid(): number {
    return this.#container?.pid ?? 0;
  }

  invoke(invocation: number, command: InvokeCommand, event: Uint8Array): void {
    this.#api?.invoke(invocation, command, event);
  }

  credit(invocation: number, bytes: number): void {
    this.#api?.credit(invocation, bytes);
  }

  close(): void {
    this.#api?.close();
  }

  kill(): void {
    this.#killed = true;
    if (this.#container) {
      void this.#container.kill();
      return;
    }
    this.#api?.close();
    this.#exit.resolve({ code: null, signal: 'SIGKILL' });
    this.#close.resolve();
  }

  async #start(request: LoadRequest): Promise<void> {
    const { engine, images, network, limits, runtimeDirectory, labels, hidden } = this.#options;
    const image = imageOf(request.spec, images) ?? '';
    const [entrypoint, gateway] = await Promise.all([engine.image(image), engine.gateway(network)]);
    // An image may take longer to come than a start may: nothing is made for whom nobody waits any more.
    if (this.#killed) return;
    const ownRuntime = hasOwnRuntime(entrypoint);
    this.#isMarked = !ownRuntime && runtimeFamily(request.spec.runtime) === 'nodejs';
    const api = this.#createApi(gateway);
    this.#api = api;
    const runtimeApi = await api.listen(gateway);
    if (runtimeApi === undefined || this.#killed) return;
    const container = await engine.run(
      containerSettings(request, {
        image,
        hasOwnRuntime: ownRuntime,
        environment: containerEnvironment(request, { host: gateway ?? '127.0.0.1', runtimeApi }),
        network,
        runtimeDirectory,
        labels: { ...labels, 'dev.llx.function': request.spec.name },
        limits,
        hidden,
      }),
    );
    this.#container = container;
    this.#address.resolve(container.address);
    this.#read(container);
    void container.exited.then((status) => this.#end(status));
    // While it was made.
    if (this.#killed) void container.kill();
  }

  #createApi(gateway: string | undefined): ApiMessages {
    return new ApiMessages({
      onMessage: (message) => this.#receive(message),
      // llx's own for Node.js goes on.
      endsAfterOversize: !this.#isMarked,
      factsOf: () => {
        const peaks = [this.pid, ...descendants(this.pid)].map((pid) => peakResidentKb(pid) ?? 0);
        const maxRssKb = Math.max(...peaks);
        return maxRssKb === 0 ? {} : { maxRssKb };
      },
      // In a network of their own, other containers reach it as well.
      ...(gateway === undefined
        ? {}
        : { isCaller: async (address: string) => address === (await this.#address.promise) }),
    });
  }

  /** Lines come through the engine, answers at once: one that ends an invocation waits for the lines before it. */
  #receive(message: WorkerMessage): void {
    const { onMessage } = this.#listener;
    const isEnd = message.type === 'answer' || message.type === 'error' || message.type === 'end';
    if (!isEnd || (this.#isMarked && this.#marks >= 2)) {
      if (isEnd) this.#marks -= 2;
      onMessage(message);
      return;
    }
    const release = (): void => {
      clearTimeout(timer);
      this.#release = undefined;
      this.#marks = 0;
      onMessage(message);
    };
    const timer = setTimeout(release, this.#isMarked ? MARKED_MS : UNMARKED_MS);
    this.#release = release;
  }

  #read(container: RunningContainer): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const give = (chunk: Buffer): void => this.#listener.onOutput(stream, chunk);
      const marks = new EndMarks(give, () => this.#mark());
      container[stream].on('data', (chunk: Buffer) => marks.push(chunk)).once('end', () => marks.end());
    }
  }

  #mark(): void {
    this.#marks += 1;
    if (this.#marks >= 2) this.#release?.();
  }

  #end(status: ExitStatus): void {
    this.#release?.();
    this.#api?.close();
    this.#exit.resolve(status);
    this.#close.resolve();
  }
}
