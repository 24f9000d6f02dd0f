import type { AnswerFacts, FailureFacts, LoadFacts } from '../channel/worker-message.ts';

/** Who is told how a load or an invocation went: over the pipe, or over a Lambda Runtime API. */
export interface Parent {
  ready(facts: LoadFacts): void;
  /** Resolves when it was sent: the process ends then. */
  loadFailed(errorType: string, payload: string | Uint8Array): Promise<void>;
  /** A whole record of the log. */
  record(stream: 'stdout' | 'stderr', text: string): void;
  /** Text of the log that may end within a line. */
  text(stream: 'stdout' | 'stderr', text: string): void;
  /** JSON. What is too large for Lambda is refused, and the invocation failed. */
  answer(json: string, facts: AnswerFacts | undefined): void;
  /** Resolves when it was sent. */
  fail(facts: FailureFacts, payload: string | Uint8Array): Promise<void>;
  openStream(contentType: string): void;
  /** Calls back when more may be sent. Keeps the event loop alive until then. */
  chunk(bytes: Uint8Array, callback: () => void): void;
  endStream(facts: AnswerFacts | undefined): void;
  /**
   * Whether waiting for the parent keeps the process alive: not while a handler runs, or an event loop that is
   * empty but for llx would go unnoticed.
   */
  holdOpen(open: boolean): void;
}
