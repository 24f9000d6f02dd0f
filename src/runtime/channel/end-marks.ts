/** What a bootstrap writes behind the last line of an invocation, where lines and answers go separate ways. */
export const END_MARK = '\u0000llx: end of invocation\u0000\n';

const MARK = Buffer.from(END_MARK);

/** Takes the marks out of what a process prints, and tells of each when all before it was handed on. */
export class EndMarks {
  readonly #onOutput: (chunk: Buffer) => void;
  readonly #onMark: () => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(onOutput: (chunk: Buffer) => void, onMark: () => void) {
    this.#onOutput = onOutput;
    this.#onMark = onMark;
  }

  push(chunk: Buffer): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (let at = rest.indexOf(MARK); at !== -1; at = rest.indexOf(MARK)) {
      this.#give(rest.subarray(0, at));
      this.#onMark();
      rest = rest.subarray(at + MARK.length);
    }
    const begun = begunMark(rest);
    this.#give(rest.subarray(0, rest.length - begun));
    this.#held = Buffer.from(rest.subarray(rest.length - begun));
  }

  /** There will be no more. */
  end(): void {
    this.#give(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #give(chunk: Buffer): void {
    if (chunk.length > 0) this.#onOutput(chunk);
  }
}

/** How many bytes at the end may be the beginning of a mark. */
function begunMark(bytes: Buffer): number {
  for (let length = Math.min(bytes.length, MARK.length - 1); length > 0; length -= 1) {
    if (bytes.subarray(bytes.length - length).equals(MARK.subarray(0, length))) return length;
  }
  return 0;
}
