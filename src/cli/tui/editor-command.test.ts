import { expect, test } from 'vitest';
import { editCommand, editorOf, openCommand } from './editor-command.ts';

test.each([
  [{}, 'linux', 'vi', []],
  [{ EDITOR: 'nano' }, 'linux', 'nano', []],
  [{ EDITOR: 'nano', VISUAL: 'code --wait' }, 'linux', 'code', ['--wait']],
  [{ EDITOR: ' ' }, 'win32', 'notepad', []],
  [{ EDITOR: '"/opt/My Editor/subl" -n' }, 'linux', '/opt/My Editor/subl', ['-n']],
] as const)('of %j on %s the editor is %s %j', (env, platform, command, args) => {
  expect(editorOf(env, platform)).toEqual({ command, args });
});

test.each([
  ['vim', ['+call cursor(12,9)', '/a b.ts']],
  ['nvim', ['+call cursor(12,9)', '/a b.ts']],
  ['nano', ['+12,9', '/a b.ts']],
  ['emacsclient', ['+12:9', '/a b.ts']],
  ['code', ['--goto', '/a b.ts:12:9']],
  ['/usr/local/bin/subl', ['/a b.ts:12:9']],
  ['idea', ['--line', '12', '--column', '9', '/a b.ts']],
  ['hx', ['/a b.ts:12:9']],
  ['unheard-of', ['/a b.ts']],
])('%s goes to the line with %j', (command, args) => {
  expect(openCommand({ command, args: [] }, { file: '/a b.ts', line: 12, column: 9 })).toEqual({
    command,
    args,
  });
});

test('an editor with a window is waited for when it edits, and not when it shows', () => {
  const code = { command: 'code', args: ['--wait', '-n'] };
  expect(editCommand({ command: 'code', args: [] }, '/x.json').args).toEqual(['--wait', '/x.json']);
  expect(editCommand(code, '/x.json').args).toEqual(['--wait', '-n', '/x.json']);
  expect(openCommand(code, { file: '/x.ts', line: 1 }).args).toEqual(['-n', '--goto', '/x.ts:1:1']);
});
