import { randomUUID } from 'node:crypto';
import { RuntimeApi } from '../runtime-api/runtime-api.ts';
import { STREAM_WINDOW_BYTES } from './channel.ts';
import { LLX_HEADERS } from './llx-headers.ts';
import type { AnswerFacts, InvokeCommand, WorkerMessage } from './worker-message.ts';

export type ApiMessagesOptions = {
  readonly onMessage: (message: WorkerMessage) => void;
  /** Asked when an answer has come: what is known of the process besides. @default nothing */
  readonly factsOf?: () => AnswerFacts;
  /** Whether a process whose answer was refused may end by that, as AWS's runtime client for Python does. */
  readonly endsAfterOversize?: boolean;
  /** Whether an address is the runtime's own, where others than it could reach this. @default nobody else can */
  readonly isCaller?: (address: string) => Promise<boolean>;
};

/** What one process says by the Runtime API, as messages of a worker. */
export class ApiMessages {
  readonly #onMessage: (message: WorkerMessage) => void;
  readonly #factsOf: () => AnswerFacts;
  readonly #afterOversize: { readonly fatal?: boolean };
  readonly #api: RuntimeApi;
  #invocation = 0;
  #startedAt = 0;
  #isClosed = false;
  #window = STREAM_WINDOW_BYTES;
  #resume: (() => void) | undefined;

  constructor({ onMessage, factsOf = () => ({}), endsAfterOversize = false, isCaller }: ApiMessagesOptions) {
    this.#afterOversize = endsAfterOversize ? { fatal: true } : {};
    this.#onMessage = onMessage;
    this.#factsOf = factsOf;
    this.#api = this.#createApi(isCaller);
  }

  /** The number of the invocation that runs, or ran last; 0 before the first. */
  get invocation(): number {
    return this.#invocation;
  }

  /** Resolves with `host:port`, undefined when it was closed meanwhile. The init phase is counted from here. */
  async listen(host?: string): Promise<string | undefined> {
    this.#startedAt = performance.now();
    const address = await this.#api.listen(host);
    if (!this.#isClosed) return address;
    this.#api.close();
    return undefined;
  }

  invoke(invocation: number, command: InvokeCommand, event: Uint8Array): void {
    this.#invocation = invocation;
    this.#window = STREAM_WINDOW_BYTES;
    this.#resume = undefined;
    this.#api.offer({ ...command, event, invocationId: randomUUID() });
  }

  credit(invocation: number, bytes: number): void {
    if (invocation !== this.#invocation) return;
    this.#window += bytes;
    if (this.#window > 0) this.#resume?.();
  }

  /** Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#api.close();
    this.#resume?.();
  }

  #createApi(isCaller: ApiMessagesOptions['isCaller']): RuntimeApi {
    const onMessage = this.#onMessage;
    return new RuntimeApi(
      {
        onReady: ({ headers }) => {
          const initMs = Number(headers[LLX_HEADERS.initMs] ?? performance.now() - this.#startedAt);
          const streaming = headers[LLX_HEADERS.streaming];
          onMessage({
            type: 'ready',
            facts: streaming === undefined ? { initMs } : { initMs, streaming: streaming === 'true' },
          });
        },
        onInitError: (errorType, payload) => onMessage({ type: 'load-failed', errorType, payload }),
        onResponse: (payload) =>
          onMessage({ type: 'answer', invocation: this.#invocation, facts: this.#factsOf(), payload }),
        onOversize: () =>
          onMessage({ type: 'oversize', invocation: this.#invocation, ...this.#afterOversize }),
        onError: (errorType, payload, { headers }) => {
          const known = { ...this.#factsOf(), errorType };
          const facts = headers[LLX_HEADERS.fatal] === 'true' ? { ...known, fatal: true } : known;
          onMessage({ type: 'error', invocation: this.#invocation, facts, payload });
        },
        onStream: (contentType) =>
          onMessage({ type: 'stream', invocation: this.#invocation, facts: { contentType } }),
        onChunk: (payload) => this.#chunk(payload),
        onStreamEnd: (error) => {
          const invocation = this.#invocation;
          const facts = this.#factsOf();
          if (!error) onMessage({ type: 'end', invocation, facts });
          else {
            const { errorType, payload } = error;
            onMessage({ type: 'error', invocation, facts: { ...facts, errorType }, payload });
          }
        },
      },
      isCaller,
    );
  }

  async #chunk(payload: Uint8Array): Promise<void> {
    this.#window -= payload.byteLength;
    this.#onMessage({ type: 'chunk', invocation: this.#invocation, payload });
    if (this.#window > 0 || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }
}
