import type { InvokeCommand, LoadCommand, WorkerMessage } from './worker-message.ts';

/** Bytes of a streamed answer that a child may have sent without having been told to go on. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;

/**
 * The parent's end of what joins it with one child process. Every implementation passes `channel.contract.ts`.
 * Messages arrive in the order in which the child sent them, and all of them before `closed` resolves, however the
 * child ended.
 */
export interface Channel {
  load(command: LoadCommand): void;
  /** Not before `ready`, and one at a time. */
  invoke(invocation: number, command: InvokeCommand, event: Uint8Array): void;
  /** So many more bytes of the stream may come. */
  credit(invocation: number, bytes: number): void;
  /** The child's end is gone. */
  readonly closed: Promise<void>;
  /** Idempotent. The child, if it lives, ends itself. */
  close(): void;
}

export type ChannelListener = {
  readonly onMessage: (message: WorkerMessage) => void;
  /** The child sent what is no message, or a message that is larger than any may be: it cannot be trusted further. */
  readonly onBroken: (problem: Error) => void;
};
