import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether there is a tmux: it is what gives a test a real terminal. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

const DEADLINE_MS = 15_000;
/** Between two looks at the screen, so that looking does not take the processor from what is looked at. */
const LOOK_EVERY_MS = 20;

/** A shell whose environment holds nothing that decides about colours, CI or editors, but for what is given. */
const LEFT_OUT = ['CI', 'NO_COLOR', 'FORCE_COLOR', 'VISUAL', 'EDITOR', 'INK_SCREEN_READER', 'TMUX'];

export type TmuxOptions = {
  readonly columns: number;
  readonly rows: number;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** A real terminal with a shell in it, on a tmux server of its own: what is typed, and what is on the screen. */
export class TmuxTerminal {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open({ columns, rows, cwd, env = {} }: TmuxOptions): Promise<TmuxTerminal> {
    const terminal = new TmuxTerminal(await mkdtemp(join(tmpdir(), 'llx-tmux-')));
    const variables = Object.entries({ PS1: '$ ', ...env }).map(([name, value]) => `${name}=${value}`);
    const shell = ['env', ...LEFT_OUT.flatMap((name) => ['-u', name]), ...variables, 'sh'];
    const size = ['-x', `${columns}`, '-y', `${rows}`];
    await terminal.#tmux('new-session', '-d', '-s', 'llx', ...size, '-c', cwd, ...shell);
    // All that programs write, as they write it.
    await terminal.#tmux('pipe-pane', '-O', '-t', 'llx', `cat >> '${terminal.#log}'`);
    await terminal.shows(/^\$/);
    return terminal;
  }

  get #log(): string {
    return join(this.#directory, 'written');
  }

  /** Keys by tmux's names (`Enter`, `C-z`, `Escape`), or text. */
  async keys(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', '-t', 'llx', ...keys);
  }

  /** Exactly these characters, at once. */
  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-t', 'llx', '-l', '--', text);
  }

  async command(line: string): Promise<void> {
    await this.type(line);
    await this.keys('Enter');
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-t', 'llx', '-x', `${columns}`, '-y', `${rows}`);
  }

  /** What is on the screen; `styled`: with its colours and attributes as SGR sequences. */
  async screen({ styled = false } = {}): Promise<string> {
    return await this.#tmux('capture-pane', '-p', ...(styled ? ['-e'] : []), '-t', 'llx');
  }

  /** Resolves with the screen once it shows what is looked for; rejects with another screen. */
  async shows(
    looked: string | RegExp | ((text: string) => boolean),
    withinMs = DEADLINE_MS,
  ): Promise<string> {
    const deadline = AbortSignal.timeout(withinMs);
    for (;;) {
      const text = await this.screen();
      if (typeof looked === 'function' ? looked(text) : text.search(pattern(looked)) !== -1) return text;
      if (deadline.aborted) throw new Error(`expected ${looked}, found another screen:\n${text}`);
      await pause(LOOK_EVERY_MS);
    }
  }

  /** Every byte that was written to the terminal. */
  async written(): Promise<string> {
    return await readFile(this.#log, 'utf8');
  }

  /** `1` or `0` for each: the cursor is shown, the alternate screen is on. */
  async state(): Promise<{ readonly cursor: string; readonly alternate: string }> {
    const [cursor = '', alternate = ''] = (
      await this.#tmux('display-message', '-p', '-t', 'llx', '#{cursor_flag} #{alternate_on}')
    )
      .trim()
      .split(' ');
    return { cursor, alternate };
  }

  /** The processes under the shell, with all their children: workers have no terminal. */
  async processes(): Promise<readonly { readonly pid: number; readonly command: string }[]> {
    const shell = Number(await this.#tmux('display-message', '-p', '-t', 'llx', '#{pane_pid}'));
    const { stdout } = await run('ps', ['-A', '-o', 'pid=,ppid=,args=']);
    const all = [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, command = '']) => ({
      pid: Number(pid),
      parent: Number(parent),
      command,
    }));
    const under = (parent: number): typeof all =>
      all.filter((one) => one.parent === parent).flatMap((one) => [one, ...under(one.pid)]);
    return under(shell).map(({ pid, command }) => ({ pid, command }));
  }

  /** Resolves once every program that ran in it has ended: what they write to may be removed then. */
  async close(): Promise<void> {
    const running = await this.processes().catch(() => []);
    await this.#tmux('kill-server').catch(() => {
      // It ends with its last shell, which may have been left.
    });
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    while (running.some(({ pid }) => isRunning(pid))) {
      if (deadline.aborted) throw new Error(`expected all to end: ${JSON.stringify(running)}`);
      await pause(LOOK_EVERY_MS);
    }
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const socket = join(this.#directory, 'socket');
    // `-u`: UTF-8, whatever the locale.
    const { stdout } = await run('tmux', ['-u', '-S', socket, '-f', '/dev/null', ...args]);
    return stdout;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function pattern(looked: string | RegExp): RegExp {
  return typeof looked === 'string' ? new RegExp(looked.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')) : looked;
}
