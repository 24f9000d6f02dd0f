import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { graphemeWidths } from './grapheme-widths.ts';

/** Tests with a clock of their own wait in real time all the same. */
const { setTimeout, clearTimeout } = globalThis;
const DEADLINE_MS = 5_000;

/**
 * A terminal in memory: what a screen writes is drawn as a real one would, keys are what a real one would send.
 * Its streams have the parts of a TTY that Ink looks at.
 */
export class ModelledTerminal {
  readonly #terminal: xterm.Terminal;
  readonly #drawn = new EventEmitter();
  readonly #input = new PassThrough();
  readonly #output: Writable;
  #written = '';
  rawMode = false;

  constructor(columns = 80, rows = 20) {
    // `convertEol`: a real terminal's driver turns line feeds into new lines.
    this.#terminal = new xterm.Terminal({ cols: columns, rows, convertEol: true, allowProposedApi: true });
    this.#terminal.unicode.register(graphemeWidths);
    this.#terminal.unicode.activeVersion = graphemeWidths.version;
    this.#output = new Writable({
      decodeStrings: false,
      write: (chunk: string, _encoding, done) => {
        this.#written += chunk;
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

  get bracketedPaste(): boolean {
    return this.#terminal.modes.bracketedPasteMode;
  }

  /** All that was ever written to it. */
  get written(): string {
    return this.#written;
  }

  /** The rows as they can be read, without trailing spaces. */
  get text(): string {
    return this.rows.join('\n').trimEnd();
  }

  /** All rows of the screen, without trailing spaces. */
  get rows(): readonly string[] {
    const { active } = this.#terminal.buffer;
    return Array.from(
      { length: this.#terminal.rows },
      // Cells that a resize has put beyond the last column are kept by the model, and are not on the screen.
      (_, row) =>
        active.getLine(active.viewportY + row)?.translateToString(true, 0, this.#terminal.cols) ?? '',
    );
  }

  /** Rows that the terminal had to go on with on the next one: they were too long for it. */
  get brokenRows(): readonly string[] {
    const { active } = this.#terminal.buffer;
    return this.rows.filter((_, row) => active.getLine(active.viewportY + row + 1)?.isWrapped === true);
  }

  /** For each row the column in which a text begins, where wide characters take two; -1 where the row does not hold it. */
  columnsOf(text: string): readonly number[] {
    const { active } = this.#terminal.buffer;
    return this.rows.map((_, row) => {
      const line = active.getLine(active.viewportY + row);
      for (let column = 0; column < this.#terminal.cols; column += 1) {
        if (line?.translateToString(false, column).startsWith(text)) return column;
      }
      return -1;
    });
  }

  /** The colours of the palette that the characters of a row have: 0 to 7, and `default`. */
  coloursOf(text: string): readonly (number | 'default')[] {
    const { active } = this.#terminal.buffer;
    const row = this.rows.findIndex((line) => line.includes(text));
    const line = active.getLine(active.viewportY + row);
    const colours = new Set<number | 'default'>();
    for (let column = 0; column < this.#terminal.cols; column += 1) {
      const cell = line?.getCell(column);
      if (cell === undefined || cell.getChars().trim() === '') continue;
      colours.add(cell.isFgDefault() ? 'default' : cell.getFgColor());
    }
    return [...colours];
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

  /** The same for a read whose bytes may be anything. */
  typeBytes(bytes: Uint8Array): void {
    this.#input.write(bytes);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    Object.assign(this.#output, { columns, rows });
    this.#output.emit('resize');
  }

  /** Resolves with the screen once it shows what is looked for. */
  async shows(looked: string | RegExp | ((text: string) => boolean)): Promise<string> {
    const found = (text: string): boolean => {
      if (typeof looked === 'function') return looked(text);
      return typeof looked === 'string' ? text.includes(looked) : looked.test(text);
    };
    if (found(this.text)) return this.text;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(deadline);
        this.#drawn.off('drawn', check);
      };
      const check = (): void => {
        if (!found(this.text)) return;
        end();
        resolve(this.text);
      };
      const deadline = setTimeout(() => {
        end();
        reject(new Error(`expected ${looked}, found another screen:\n${this.text}`));
      }, DEADLINE_MS);
      this.#drawn.on('drawn', check);
    });
  }
}
