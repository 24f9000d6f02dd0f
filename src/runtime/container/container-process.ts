import type { InvokeCommand } from '../channel/worker-message.ts';
import type { LoadRequest, RuntimeProcess, RuntimeProcessListener } from '../runtime-process.ts';
import type { ExitStatus } from '../worker.ts';
import type { FunctionContainer } from './function-container.ts';

/** A worker's process that is a container: it has none before its function is known. */
export class ContainerProcess implements RuntimeProcess {
  readonly exited: Promise<ExitStatus>;
  readonly closed: Promise<void>;
  readonly #take: (request: LoadRequest) => FunctionContainer;
  readonly #listener: RuntimeProcessListener;
  readonly #exit = Promise.withResolvers<ExitStatus>();
  readonly #close = Promise.withResolvers<void>();
  #container: FunctionContainer | undefined;

  /** @param take gives a container of that function, which is this one's from then on. */
  constructor(take: (request: LoadRequest) => FunctionContainer, listener: RuntimeProcessListener) {
    this.#take = take;
    this.#listener = listener;
    this.exited = this.#exit.promise;
    this.closed = this.#close.promise;
  }

  get pid(): number {
    return this.#container?.pid ?? 0;
  }

  load(request: LoadRequest): void {
    const container = this.#take(request);
    this.#container = container;
    this.#exit.resolve(container.exited);
    this.#close.resolve(container.closed);
    container.attach(this.#listener);
  }

  invoke(invocation: number, command: InvokeCommand, event: Uint8Array): void {
    this.#container?.invoke(invocation, command, event);
  }

  credit(invocation: number, bytes: number): void {
    this.#container?.credit(invocation, bytes);
  }

  close(): void {
    this.#container?.close();
  }

  kill(): void {
    this.#container?.kill();
    this.#exit.resolve({ code: null, signal: 'SIGKILL' });
    this.#close.resolve();
  }
}
