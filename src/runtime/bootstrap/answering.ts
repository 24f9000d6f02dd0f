import { answerJson } from '../../lambda/answer-json.ts';
import { carriedPayload, errorBody, type TrimTrace } from '../../lambda/error-body.ts';
import type { AnswerFacts } from '../channel/worker-message.ts';
import { peakResidentKb } from '../process-memory.ts';
import type { Parent } from './parent.ts';

/** How often the memory is looked up; a look costs microseconds, but an answer does not need one. */
const MEMORY_EVERY_MS = 50;

export type AnsweringOptions = {
  readonly parent: Parent;
  readonly runtime: string;
  /** Prints a failure as Lambda does: `Invoke Error`. */
  readonly logFailure: (title: string, error: unknown) => void;
  readonly trim: TrimTrace;
};

/** Sends what became of the running invocation: the first answer is the answer. */
export class Answering {
  readonly #options: AnsweringOptions;
  #pending = false;
  #memoryAt = Number.NEGATIVE_INFINITY;

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  /** An invocation runs and has no answer yet. */
  get pending(): boolean {
    return this.#pending;
  }

  begin(): void {
    this.#pending = true;
    this.#options.parent.holdOpen(false);
  }

  succeed(result: unknown): void {
    if (!this.#pending) return;
    const { parent, runtime } = this.#options;
    let json: string;
    try {
      json = answerJson(result, runtime);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#pending = false;
    parent.answer(json, this.#memory());
    parent.holdOpen(true);
  }

  streamEnded(): void {
    if (!this.#pending) return;
    this.#pending = false;
    this.#options.parent.endStream(this.#memory());
    this.#options.parent.holdOpen(true);
  }

  fail(error: unknown): void {
    if (!this.#pending) return;
    this.#options.logFailure('Invoke Error', error);
    this.#pending = false;
    void this.#send(error, false);
    this.#options.parent.holdOpen(true);
  }

  /** Answers what kills the process. Resolves when it was sent. */
  async failFatally(error: unknown): Promise<void> {
    if (!this.#pending) return;
    this.#pending = false;
    await this.#send(error, true);
  }

  #send(error: unknown, fatal: boolean): Promise<void> {
    const { parent, trim } = this.#options;
    const carried = carriedPayload(error);
    const body = errorBody(error, trim);
    const errorType = (carried && typeIn(carried)) ?? body.errorType;
    return parent.fail(fatal ? { errorType, fatal } : { errorType }, carried ?? JSON.stringify(body));
  }

  #memory(): AnswerFacts | undefined {
    const now = performance.now();
    if (now - this.#memoryAt < MEMORY_EVERY_MS) return undefined;
    this.#memoryAt = now;
    // `maxRSS` begins with what its parent had: an emulator of 400 MB would be every function's.
    return { maxRssKb: peakResidentKb(process.pid) ?? process.resourceUsage().maxRSS };
  }
}

function typeIn(payload: Uint8Array): string | undefined {
  try {
    const body: unknown = JSON.parse(Buffer.from(payload).toString());
    if (typeof body !== 'object' || body === null || !('errorType' in body)) return undefined;
    return typeof body.errorType === 'string' ? body.errorType : undefined;
  } catch {
    // Not JSON: it still goes out as it is, under the name of the error that carries it.
    return undefined;
  }
}
