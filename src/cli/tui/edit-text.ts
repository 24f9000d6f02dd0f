import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EditorCommand, editCommand } from './editor-command.ts';
import { runEditor } from './run-editor.ts';

/** What Lambda takes at most, several times over, for white space. */
const LARGEST_BYTES = 32 * 1024 * 1024;

/**
 * Gives a text to the editor, in a file that only this user can read and that is gone afterwards. Gives what was saved;
 * undefined when that is what was there before.
 */
export async function editText(
  text: string,
  { extension, editor, run = runEditor }: EditOptions,
): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-edit-'));
  const file = join(directory, `event${extension}`);
  try {
    await writeFile(file, text, { mode: 0o600 });
    await run(editCommand(editor, file));
    const edited = await readBounded(file);
    return edited === text ? undefined : edited;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

export type EditOptions = {
  readonly extension: string;
  readonly editor: EditorCommand;
  /** @default a child process on this terminal */
  readonly run?: (command: EditorCommand) => Promise<void>;
};

async function readBounded(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > LARGEST_BYTES)
      throw new Error(`The text has ${size} bytes, more than Lambda takes: nothing was taken.`);
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
