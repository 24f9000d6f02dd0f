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
    // As JSON, which is how it travels: control characters take six bytes there.
    const bytes = Buffer.byteLength(JSON.stringify(line));
    if (bytes > this.#limit) {
      this.#leftOut += 1;
      return;
    }
    this.#lines.push(line);
    this.#bytes += bytes;
    while (this.#bytes > this.#limit) {
      this.#bytes -= Buffer.byteLength(JSON.stringify(this.#lines.shift()));
      this.#leftOut += 1;
    }
  }
}
