import type { SourceLocation } from '../../session/source-location.ts';

/** A program with its arguments, to be started without a shell. */
export type EditorCommand = { readonly command: string; readonly args: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** What an editor calls the place in a file. */
type Family = {
  readonly names: RegExp;
  readonly at: (location: Required<SourceLocation>) => readonly string[];
  /** It opens a window of its own and comes back at once, unless it is told to wait. */
  readonly waits?: string;
};

const FAMILIES: readonly Family[] = [
  {
    names: /^(?:code|code-insiders|codium|vscodium|cursor|windsurf|positron)$/,
    at: ({ file, line, column }) => ['--goto', `${file}:${line}:${column}`],
    waits: '--wait',
  },
  { names: /^(?:subl|sublime_text|zed|zeditor)$/, at: inName, waits: '--wait' },
  {
    names: /^(?:idea|webstorm|phpstorm|pycharm|goland|rubymine|rider|clion|fleet)(?:64)?$/,
    at: ({ file, line, column }) => ['--line', String(line), '--column', String(column), file],
    waits: '--wait',
  },
  { names: /^(?:hx|helix)$/, at: inName },
  {
    names: /^(?:emacs|emacsclient|kak|gedit)$/,
    at: ({ file, line, column }) => [`+${line}:${column}`, file],
  },
  { names: /^nano$/, at: ({ file, line, column }) => [`+${line},${column}`, file] },
  {
    names: /^(?:vi|vim|nvim|view|gvim|mvim)$/,
    at: ({ file, line, column }) => [`+call cursor(${line},${column})`, file],
  },
  { names: /^(?:micro|joe|ne|mg|pico)$/, at: ({ file, line }) => [`+${line}`, file] },
];

function inName({ file, line, column }: Required<SourceLocation>): readonly string[] {
  return [`${file}:${line}:${column}`];
}

/** $VISUAL, else $EDITOR, else what every system has: its program and arguments. */
export function editorOf(env: Environment, platform: NodeJS.Platform = process.platform): EditorCommand {
  const named = [env.VISUAL, env.EDITOR].find((value) => value !== undefined && value.trim() !== '');
  const [command = 'vi', ...args] = wordsOf(named ?? (platform === 'win32' ? 'notepad' : 'vi'));
  return { command, args };
}

/** Edits a file until it is left: an editor with a window is told to wait. */
export function editCommand({ command, args }: EditorCommand, file: string): EditorCommand {
  const waits = familyOf(command)?.waits;
  const waiting = waits === undefined || args.includes(waits) || args.includes('-w') ? [] : [waits];
  return { command, args: [...args, ...waiting, file] };
}

/** Shows a line of a file: an editor with a window is not waited for. */
export function openCommand({ command, args }: EditorCommand, location: SourceLocation): EditorCommand {
  const family = familyOf(command);
  if (family === undefined) return { command, args: [...args, location.file] };
  const own = family.waits === undefined ? args : args.filter((one) => one !== family.waits && one !== '-w');
  return { command, args: [...own, ...family.at({ column: 1, ...location })] };
}

function familyOf(command: string): Family | undefined {
  const name =
    command
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.(?:exe|cmd)$/i, '')
      .toLowerCase() ?? '';
  return FAMILIES.find(({ names }) => names.test(name));
}

/** The words of a shell, without what else a shell does: quotes keep spaces together. */
function wordsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"']+)+/g)].map(([word]) =>
    word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}
