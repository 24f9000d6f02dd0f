import { ApiMessages } from './api-messages.ts';
import type { Channel, ChannelListener } from './channel.ts';
import { encodeFrame } from './frame.ts';
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
  readonly #api: ApiMessages;

  constructor(ends: PipeEnds, listener: ChannelListener) {
    this.#ends = ends;
    this.#listener = listener;
    this.#api = new ApiMessages(listener);
    const parser = new TelemetryParser((record) =>
      listener.onMessage({ type: 'log', invocation: this.#api.invocation, whole: true, ...record }),
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
    this.#api.listen().then(
      (runtimeApi) => {
        if (runtimeApi === undefined) return;
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
    this.#api.invoke(invocation, command, event);
  }

  credit(invocation: number, bytes: number): void {
    this.#api.credit(invocation, bytes);
  }

  close(): void {
    this.#api.close();
    this.#ends.input.destroy();
  }

  #write(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) this.#ends.input.write(piece);
  }
}
