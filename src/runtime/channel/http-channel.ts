import { randomUUID } from 'node:crypto';
import { RuntimeApi } from '../runtime-api/runtime-api.ts';
import { type Channel, type ChannelListener, STREAM_WINDOW_BYTES } from './channel.ts';
import { encodeFrame } from './frame.ts';
import { LLX_HEADERS } from './llx-headers.ts';
import type { PipeEnds } from './pipe-channel.ts';
import { PIPE_FD } from './pipe-fd.ts';
import { readOutput } from './read-output.ts';
import { TelemetryParser } from './telemetry-log.ts';
import type { InvokeCommand, LoadCommand } from './worker-message.ts';

/**
 * The same as the pipe, but by Lambda's Runtime API, as every other language does it: only the command to load
 * goes over the pipe, and log records come back over it.
 */
export class HttpChannel implements Channel {
  readonly closed: Promise<void>;
  readonly #ends: PipeEnds;
  readonly #listener: ChannelListener;
  readonly #api: RuntimeApi;
  #invocation = 0;
  #loadedAt = 0;
  #isClosed = false;
  #window = STREAM_WINDOW_BYTES;
  #resume: (() => void) | undefined;

  constructor(ends: PipeEnds, listener: ChannelListener) {
    this.#ends = ends;
    this.#listener = listener;
    this.#api = this.#createApi();
    const parser = new TelemetryParser((record) =>
      listener.onMessage({ type: 'log', invocation: this.#invocation, whole: true, ...record }),
    );
    readOutput(ends, parser, listener);
    // Their end is told by `closed` and by the exit of the child.
    ends.input.on('error', () => {});
    ends.output.on('error', () => {});
    this.closed = new Promise((resolve) => {
      ends.output.once('close', () => {
        // An answer that was sent before the process ended may still be in its socket.
        setImmediate(() => {
          this.close();
          resolve();
        });
      });
    });
  }

  load(command: LoadCommand): void {
    this.#loadedAt = performance.now();
    this.#api.listen().then(
      (runtimeApi) => {
        if (this.#isClosed) {
          this.#api.close();
          return;
        }
        const environment = {
          ...command.environment,
          AWS_LAMBDA_RUNTIME_API: runtimeApi,
          _LAMBDA_TELEMETRY_LOG_FD: String(PIPE_FD.output),
        };
        this.#write(encodeFrame('load', 0, { ...command, environment, runtimeApi }));
      },
      (error: Error) => this.#listener.onBroken(error),
    );
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

  close(): void {
    this.#isClosed = true;
    this.#api.close();
    this.#ends.input.destroy();
    this.#resume?.();
  }

  #createApi(): RuntimeApi {
    const { onMessage } = this.#listener;
    return new RuntimeApi({
      onReady: ({ headers }) => {
        const initMs = Number(headers[LLX_HEADERS.initMs] ?? performance.now() - this.#loadedAt);
        onMessage({ type: 'ready', facts: { initMs, streaming: headers[LLX_HEADERS.streaming] === 'true' } });
      },
      onInitError: (errorType, payload) => onMessage({ type: 'load-failed', errorType, payload }),
      onResponse: (payload) =>
        onMessage({ type: 'answer', invocation: this.#invocation, facts: {}, payload }),
      onOversize: () => onMessage({ type: 'oversize', invocation: this.#invocation }),
      onError: (errorType, payload, { headers }) => {
        const facts = headers[LLX_HEADERS.fatal] === 'true' ? { errorType, fatal: true } : { errorType };
        onMessage({ type: 'error', invocation: this.#invocation, facts, payload });
      },
      onStream: (contentType) =>
        onMessage({ type: 'stream', invocation: this.#invocation, facts: { contentType } }),
      onChunk: (payload) => this.#chunk(payload),
      onStreamEnd: (error) => {
        const invocation = this.#invocation;
        if (!error) onMessage({ type: 'end', invocation, facts: {} });
        else {
          const { errorType, payload } = error;
          onMessage({ type: 'error', invocation, facts: { errorType }, payload });
        }
      },
    });
  }

  async #chunk(payload: Uint8Array): Promise<void> {
    this.#window -= payload.byteLength;
    this.#listener.onMessage({ type: 'chunk', invocation: this.#invocation, payload });
    if (this.#window > 0 || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  #write(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#ends.input.write(piece);
  }
}
