import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { editText } from './edit-text.ts';
import { runEditor } from './run-editor.ts';

const editor = { command: 'vi', args: [] };

test('gives what was saved, in a file that only the user can read and that is gone afterwards', async () => {
  let file = '';
  const edited = await editText('{"a":1}', {
    extension: '.json',
    editor,
    run: async ({ args }) => {
      file = args.at(-1) ?? '';
      expect(file).toMatch(/\.json$/);
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
      writeFileSync(file, readFileSync(file, 'utf8').replace('1', '2'));
    },
  });
  expect(edited).toBe('{"a":2}');
  expect(existsSync(file)).toBe(false);
});

test('gives nothing when it was left as it was', async () => {
  expect(await editText('x', { extension: '.txt', editor, run: async () => {} })).toBeUndefined();
});

test('leaves no file behind an editor that fails', async () => {
  let file = '';
  const run = async ({ args }: { readonly args: readonly string[] }) => {
    file = args.at(-1) ?? '';
    throw new Error('left with an error');
  };
  await expect(editText('x', { extension: '.txt', editor, run })).rejects.toThrow('left with an error');
  expect(existsSync(file)).toBe(false);
});

test('an editor that is not there, or that fails, is told with what to do', async () => {
  await expect(runEditor({ command: '/no/such/editor', args: [] })).rejects.toThrow(
    'The editor /no/such/editor cannot be started. Name another one in $VISUAL or $EDITOR.',
  );
  await expect(runEditor({ command: process.execPath, args: ['-e', 'process.exit(3)'] })).rejects.toThrow(
    'ended with exit code 3: nothing was taken.',
  );
  await runEditor({ command: process.execPath, args: ['-e', ''] });
});
