import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';

/**
 * A terminal in memory: what a screen writes is drawn as a real one would, keys are what a real one would send.
 * Its streams have the parts of a TTY that Ink looks at.
 */
export class ModelledTerminal {
  readonly #terminal: xterm.Terminal;
  readonly #drawn = new EventEmitter();
  readonly #input = new PassThrough();
  readonly #output: Writable;
  rawMode = false;

  constructor(columns = 80, rows = 20) {
    // `convertEol`: a real terminal's driver turns line feeds into new lines.
    this.#terminal = new xterm.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
    this.#output = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        this.#terminal.write(chunk, () => {
          this.#drawn.emit('drawn');
          done();
        });
      },
    });
    Object.assign(this.#output, { isTTY: true, columns, rows });
    Object.assign(this.#input, {
      isTTY: true,
      ref: () => this.#input,
      unref: () => this.#input,
      setRawMode: (on: boolean) => {
        this.rawMode = on;
        return this.#input;
      },
    });
  }

  get stdin(): NodeJS.ReadStream {
    return this.#input as PassThrough & NodeJS.ReadStream;
  }

  get stdout(): NodeJS.WriteStream {
    return this.#output as Writable & NodeJS.WriteStream;
  }

  get alternateScreen(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** The rows as they can be read, without trailing spaces. */
  get text(): string {
    const { active } = this.#terminal.buffer;
    const rows = Array.from({ length: this.#terminal.rows }, (_, row) =>
      active.getLine(active.viewportY + row)?.translateToString(true),
    );
    return rows.join('\n').trimEnd();
  }

  /** True when any cell has a colour of its own. */
  get coloured(): boolean {
    const { active } = this.#terminal.buffer;
    for (let row = 0; row < this.#terminal.rows; row += 1) {
      const line = active.getLine(row);
      for (let column = 0; column < this.#terminal.cols; column += 1) {
        const cell = line?.getCell(column);
        if (cell !== undefined && !(cell.isFgDefault() && cell.isBgDefault())) return true;
      }
    }
    return false;
  }

  /** What one read of the terminal returns. */
  type(keys: string): void {
    this.#input.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    Object.assign(this.#output, { columns, rows });
    this.#output.emit('resize');
  }

  /** Resolves with the screen once it shows what is looked for. */
  async shows(looked: string | ((text: string) => boolean)): Promise<string> {
    const found = typeof looked === 'string' ? (text: string) => text.includes(looked) : looked;
    if (found(this.text)) return this.text;
    return new Promise((resolve) => {
      const check = () => {
        if (!found(this.text)) return;
        this.#drawn.off('drawn', check);
        resolve(this.text);
      };
      this.#drawn.on('drawn', check);
    });
  }
}
