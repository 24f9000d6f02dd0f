import type { HolderIdentity } from '../protocol/presence.ts';
import { functionsText, holderText } from './holder-text.ts';

/** A session that takes the lanes of an app takes them in groups, within moments of each other. */
const TOGETHER_MS = 300;

/** One line for all functions that another session takes at once. */
export class TakenLanes {
  readonly #lane: string;
  readonly #notice: (text: string) => void;
  readonly #togetherMs: number;
  readonly #taken = new Map<string, { readonly by: HolderIdentity; readonly names: string[] }>();
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

  add(functionName: string, by: HolderIdentity): void {
    const taken = this.#taken.get(by.sessionId) ?? { by, names: [] };
    taken.names.push(functionName);
    this.#taken.set(by.sessionId, taken);
    this.#timer?.refresh();
    this.#timer ??= setTimeout(() => this.#tell(), this.#togetherMs);
  }

  /** What is known and not yet told is told. */
  close(): void {
    this.#tell();
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { by, names } of this.#taken.values()) {
      this.#notice(`The lane ${this.#lane} of ${functionsText(names)} was taken by ${holderText(by)}.`);
    }
    this.#taken.clear();
  }
}
