/** A session that takes the lanes of an app takes them one by one, within moments. */
const TOGETHER_MS = 100;
/** Names in one line; the rest is a number. */
const NAMED = 5;

/** One line for all functions that another session takes at once. */
export class TakenLanes {
  readonly #lane: string;
  readonly #notice: (text: string) => void;
  readonly #togetherMs: number;
  readonly #taken = new Map<string, string[]>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: {
    readonly lane: string;
    readonly notice: (text: string) => void;
    readonly togetherMs?: number;
  }) {
    this.#lane = options.lane;
    this.#notice = options.notice;
    this.#togetherMs = options.togetherMs ?? TOGETHER_MS;
  }

  add(functionName: string, sessionId: string): void {
    const names = this.#taken.get(sessionId) ?? [];
    names.push(functionName);
    this.#taken.set(sessionId, names);
    this.#timer ??= setTimeout(() => this.#tell(), this.#togetherMs);
  }

  /** What is known and not yet told is told. */
  close(): void {
    this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [sessionId, names] of this.#taken) {
      this.#notice(`Session ${sessionId} took the lane ${this.#lane} of ${listed(names)}.`);
    }
    this.#taken.clear();
  }
}

function listed(names: readonly string[]): string {
  const sorted = [...names].sort();
  if (sorted.length <= NAMED) return sorted.join(', ');
  return `${sorted.length} functions: ${sorted.slice(0, NAMED).join(', ')} and ${sorted.length - NAMED} more`;
}
