/** The last lines that fit into so many bytes: what travels back to CloudWatch with an answer. */
export class LogTail {
  readonly #limit: number;
  readonly #lines: string[] = [];
  #bytes = 0;
  #leftOut = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get lines(): readonly string[] {
    return this.#lines;
  }

  get leftOut(): number {
    return this.#leftOut;
  }

  add(line: string): void {
    const bytes = jsonBytes(line);
    if (bytes > this.#limit) {
      this.#leftOut += 1;
      return;
    }
    this.#lines.push(line);
    this.#bytes += bytes;
    while (this.#bytes > this.#limit) {
      this.#bytes -= jsonBytes(this.#lines.shift() ?? '');
      this.#leftOut += 1;
    }
  }
}

/** As an item of a JSON list, which is how it travels: control characters take six bytes there. */
function jsonBytes(line: string): number {
  return Buffer.byteLength(JSON.stringify(line)) + 1;
}
