import { spawn } from 'node:child_process';

type Program = { readonly command: string; readonly args: readonly string[] };

export type ClipboardOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  /** Rejects when the program is not there or fails. @default a child process */
  readonly run?: (program: Program, text: string) => Promise<void>;
  /** Where the terminal is. */
  readonly terminal: { write(text: string): unknown };
};

/** Many terminals take less than 100 kB through OSC 52, tmux among them; more of it would be cut off or printed. */
const OSC_52_BYTES = 74_000;
/** A clipboard program that does not end holds nothing up for longer. */
const DEADLINE_MS = 3_000;

/**
 * Puts a text on the clipboard: with the system's program, else through the terminal, which may be at the other end of an
 * SSH connection (OSC 52). Rejects with a sentence when neither can.
 */
export async function copyText(text: string, options: ClipboardOptions): Promise<void> {
  const { env = process.env, platform = process.platform, run = runProgram, terminal } = options;
  for (const program of programsOf(env, platform)) {
    try {
      return await run(program, text);
    } catch {
      // Not installed, or without a display: the next one may do.
    }
  }
  const bytes = Buffer.from(text);
  if (bytes.byteLength > OSC_52_BYTES) {
    throw new Error('Too large for the terminal’s clipboard: install wl-copy, xclip or xsel.');
  }
  terminal.write(osc52(bytes, env.TMUX !== undefined));
}

/** A tmux that is too old for the command above hands on what is wrapped for it: https://github.com/tmux/tmux/wiki/FAQ */
function osc52(bytes: Buffer, inTmux: boolean): string {
  const sequence = `\u001b]52;c;${bytes.toString('base64')}\u0007`;
  return inTmux ? `\u001bPtmux;\u001b${sequence}\u001b\\` : sequence;
}

function programsOf(
  env: NonNullable<ClipboardOptions['env']>,
  platform: NodeJS.Platform,
): readonly Program[] {
  // The clipboard of the machine at the other end is nobody's.
  const remote = env.SSH_CONNECTION !== undefined || env.SSH_TTY !== undefined;
  // Unless it was told otherwise, tmux obeys neither OSC 52 nor what is wrapped for it; this it does, also for its terminal.
  const tmux = { command: 'tmux', args: ['load-buffer', '-w', '-'] };
  return [...(remote ? [] : systemPrograms(env, platform)), ...(env.TMUX === undefined ? [] : [tmux])];
}

function systemPrograms(
  env: NonNullable<ClipboardOptions['env']>,
  platform: NodeJS.Platform,
): readonly Program[] {
  if (platform === 'darwin') return [{ command: 'pbcopy', args: [] }];
  if (platform === 'win32') return [{ command: 'clip.exe', args: [] }];
  return [
    ...(env.WAYLAND_DISPLAY === undefined ? [] : [{ command: 'wl-copy', args: [] }]),
    ...(env.DISPLAY === undefined
      ? []
      : [
          { command: 'xclip', args: ['-selection', 'clipboard'] },
          { command: 'xsel', args: ['--clipboard', '--input'] },
        ]),
    ...(env.WSL_DISTRO_NAME === undefined ? [] : [{ command: 'clip.exe', args: [] }]),
  ];
}

function runProgram({ command, args }: Program, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // xclip goes on in the background to serve the text: it must not hold a pipe of ours open.
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with exit code ${code}`));
    });
    // It may end before it has read all: then its exit says so.
    child.stdin.once('error', () => {});
    child.stdin.end(text);
  });
}
