import { finished } from 'node:stream/promises';
import { setImmediate as immediate } from 'node:timers/promises';
import { Callbacks } from '../../lambda/callbacks.ts';
import { createCallbackContext, createContext, type InvocationFacts } from '../../lambda/context.ts';
import type { LoadedHandler } from '../../lambda/handler.ts';
import { ResponseStream } from '../../lambda/response-stream.ts';
import { RuntimeError } from '../../lambda/runtime-error.ts';
import { hasCallbacks } from '../../lambda/runtime-version.ts';
import type { Answering } from './answering.ts';
import type { Parent } from './parent.ts';

const NEVER_SETTLED =
  'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise ' +
  'that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#exit-codes';

type AnyHandler = (...parameters: unknown[]) => unknown;

/** Calls the handler, in the way of its kind and of the runtime's version. */
export class InvocationRunner {
  /** Never called as a method: `this` of the handler is not llx. */
  readonly #handler: AnyHandler;
  readonly #loaded: LoadedHandler;
  readonly #callbackWorld: boolean;
  readonly #answering: Answering;
  readonly #parent: Parent;
  /** What happens when the event loop is empty and there is no answer. */
  #onEmpty: () => void = () => {};

  constructor(loaded: LoadedHandler, runtime: string, answering: Answering, parent: Parent) {
    this.#loaded = loaded;
    // Its parameters are the user's to declare; JavaScript takes what it is given.
    this.#handler = loaded.handler as AnyHandler;
    this.#callbackWorld = hasCallbacks(runtime);
    this.#answering = answering;
    this.#parent = parent;
  }

  run(facts: InvocationFacts, event: Uint8Array): void {
    this.#answering.begin();
    this.#onEmpty = () => this.#answering.fail(new RuntimeError('Runtime.NodeJsExit', NEVER_SETTLED));
    let parsed: unknown;
    try {
      parsed = JSON.parse(Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString());
    } catch (error) {
      this.#answering.fail(error);
      return;
    }
    if (this.#loaded.streaming) void this.#stream(parsed, facts);
    else if (this.#callbackWorld) this.#runWithCallbacks(parsed, facts);
    else void this.#runAsync(parsed, facts);
  }

  /** The event loop has nothing left to do. */
  loopEmpty(): void {
    if (this.#answering.pending) this.#onEmpty();
  }

  async #runAsync(event: unknown, facts: InvocationFacts): Promise<void> {
    try {
      const handler = this.#handler;
      const result = await handler(event, createContext(facts));
      // As Lambda's runtime: a rejection that nobody handled in this turn ends the process before there is an answer.
      await immediate();
      this.#answering.succeed(result);
    } catch (error) {
      await immediate();
      this.#answering.fail(error);
    }
  }

  #runWithCallbacks(event: unknown, facts: InvocationFacts): void {
    const answering = this.#answering;
    const callbacks = new Callbacks({
      succeed: (result) => answering.succeed(result),
      fail: (error) => answering.fail(error),
    });
    this.#onEmpty = () => callbacks.loopEmpty();
    const { members, callback } = callbacks;
    try {
      const handler = this.#handler;
      const result = handler(event, createCallbackContext(facts, members), callback);
      if (isThenable(result)) result.then(members.succeed, members.fail);
    } catch (error) {
      members.fail(error);
    }
  }

  async #stream(event: unknown, facts: InvocationFacts): Promise<void> {
    const parent = this.#parent;
    const answering = this.#answering;
    const stream = new ResponseStream(
      {
        open: (contentType) => {
          if (answering.pending) parent.openStream(contentType);
        },
        write: (chunk, callback) => {
          if (answering.pending) parent.chunk(chunk, callback);
          else callback(new Error('The invocation of this stream is over.'));
        },
      },
      this.#loaded.highWaterMark,
    );
    const ended = finished(stream);
    // Awaited below, but only when the handler is done: until then an error of the stream is no unhandled rejection.
    ended.catch(() => {});
    try {
      const handler = this.#handler;
      const pending = handler(event, stream, createContext(facts));
      if (!isThenable(pending)) throw new Error('Streaming does not support non-async handlers.');
      if ((await pending) !== undefined) console.warn('Streaming handlers ignore return values.');
      this.#onEmpty = () => answering.fail(new Error('Response stream is not finished.'));
      await ended;
      answering.streamEnded();
    } catch (error) {
      answering.fail(error);
      stream.destroy();
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
