import { printable } from '../session/printable.ts';
import { createStyle } from '../session/text-style.ts';
import { durationText } from '../session/time-text.ts';
import type { SentCase } from './send-cases.ts';

/** Where it is written. */
export type ReportStreams = {
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
};

export type ReportOptions = ReportStreams & {
  /** How many will be sent. */
  readonly total: number;
  readonly json: boolean;
  /** @default performance.now */
  readonly now?: () => number;
};

/** Between two drawings of the count. */
const REDRAWN_MS = 100;
/** Different failures that are told one by one. */
const TOLD_FAILURES = 20;

/** What is sent, as it is sent: a live count on a terminal, each failure once, and a summary. */
export class SendingReport {
  readonly #options: ReportOptions;
  readonly #now: () => number;
  readonly #begun: number;
  readonly #durations: number[] = [];
  /** How often each was, of the first ones. */
  readonly #failures = new Map<string, number>();
  #refused = 0;
  #failed = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(options: ReportOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#begun = this.#now();
  }

  /** Whether something was sent, and all of it was as expected. */
  get isGood(): boolean {
    return this.#failed + this.#refused === 0 && this.#durations.length > 0;
  }

  /** A fixture that cannot be sent. */
  refuse(name: string, problem: string): void {
    this.#refused += 1;
    this.#tell(name, problem);
    if (this.#options.json) this.#writeJson({ type: 'not-sent', fixture: name, problem });
  }

  add({ case: { name, functionName }, durationMs, problem }: SentCase): void {
    this.#durations.push(durationMs);
    if (problem !== undefined) {
      this.#failed += 1;
      this.#tell(`${name} → ${functionName}`, problem);
    }
    if (this.#options.json) {
      this.#writeJson({
        type: 'sent',
        fixture: name,
        function: functionName,
        durationMs: rounded(durationMs),
        problem,
      });
    } else this.#draw();
  }

  /** Takes the count away and writes the summary. */
  end(): void {
    const elapsedMs = this.#now() - this.#begun;
    const sent = this.#durations.length;
    const perSecond = elapsedMs > 0 ? (sent * 1_000) / elapsedMs : 0;
    const [p50, p95] = percentiles(this.#durations);
    if (this.#options.json) {
      this.#writeJson({
        type: 'summary',
        sent,
        notSent: this.#refused,
        failed: this.#failed,
        durationMs: rounded(elapsedMs),
        perSecond: rounded(perSecond),
        ...(p50 === undefined || p95 === undefined ? {} : { p50Ms: rounded(p50), p95Ms: rounded(p95) }),
      });
      return;
    }
    const { stdout, stderr, env } = this.#options;
    if (stderr.isTTY === true) stderr.write(CLEAR_LINE);
    const style = createStyle(stdout.isTTY === true && env.NO_COLOR === undefined);
    const lines = [...this.#failures].map(
      ([failure, times]) => failure + (times === 1 ? '' : ` (${times} times)`),
    );
    const untold = this.#failed + this.#refused - sum(this.#failures.values());
    if (untold > 0) lines.push(`… ${untold} more failures`);
    const parts = [
      style('good', `${sent - this.#failed} as expected`),
      ...(this.#failed === 0 ? [] : [style('bad', `${this.#failed} failed`)]),
      ...(this.#refused === 0 ? [] : [style('bad', `${this.#refused} not sent`)]),
    ];
    lines.push(
      `${sent} sent in ${durationText(elapsedMs)} (${Math.round(perSecond)}/s): ${parts.join(', ')}`,
    );
    if (p50 !== undefined && p95 !== undefined) {
      lines.push(style('faint', `p50 ${durationText(p50)} · p95 ${durationText(p95)}`));
    }
    stdout.write(`${lines.join('\n')}\n`);
  }

  #tell(what: string, problem: string): void {
    const failure = printable(`${what}: ${problem}`);
    const times = this.#failures.get(failure);
    if (times !== undefined || this.#failures.size < TOLD_FAILURES)
      this.#failures.set(failure, (times ?? 0) + 1);
  }

  #draw(): void {
    const { stderr, total } = this.#options;
    const now = this.#now();
    if (stderr.isTTY !== true || now - this.#drawnAt < REDRAWN_MS) return;
    this.#drawnAt = now;
    const failed = this.#failed === 0 ? '' : ` · ${this.#failed} failed`;
    stderr.write(`${CLEAR_LINE}${this.#durations.length}/${total} sent${failed}`);
  }

  #writeJson(facts: object): void {
    this.#options.stdout.write(`${JSON.stringify(facts)}\n`);
  }
}

const CLEAR_LINE = '\r\u001b[K';

/** The median, and what nineteen of twenty are not above; by the nearest rank. */
function percentiles(durations: readonly number[]): readonly (number | undefined)[] {
  const sorted = Float64Array.from(durations).sort();
  return [0.5, 0.95].map((part) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** Thousandths: what is finer is noise. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
