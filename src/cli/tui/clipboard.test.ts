import { expect, test } from 'vitest';
import { copyText } from './clipboard.ts';

type Ran = { readonly command: string; readonly text: string };

function setup(working: readonly string[]) {
  const ran: Ran[] = [];
  const written: string[] = [];
  return {
    ran,
    written,
    options: {
      terminal: { write: (text: string) => written.push(text) },
      run: async ({ command }: { readonly command: string }, text: string) => {
        ran.push({ command, text });
        if (!working.includes(command)) throw new Error('not installed');
      },
    },
  };
}

test.each([
  ['darwin', {}, 'pbcopy'],
  ['win32', {}, 'clip.exe'],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0', DISPLAY: ':0' }, 'wl-copy'],
  ['linux', { DISPLAY: ':0' }, 'xclip'],
  ['linux', { WSL_DISTRO_NAME: 'Ubuntu' }, 'clip.exe'],
] as const)('on %s with %j the text goes to %s', async (platform, env, command) => {
  const { options, ran, written } = setup([command]);
  await copyText('text', { ...options, platform, env });
  expect(ran).toEqual([{ command, text: 'text' }]);
  expect(written).toEqual([]);
});

test('where no program takes it, the terminal does', async () => {
  const { options, ran, written } = setup([]);
  await copyText('é', { ...options, platform: 'linux', env: { DISPLAY: ':0' } });
  expect(ran.map(({ command }) => command)).toEqual(['xclip', 'xsel']);
  expect(written).toEqual(['\u001b]52;c;w6k=\u0007']);
});

test('over SSH it goes to the terminal at the other end, through an old tmux too', async () => {
  const { options, ran, written } = setup(['xclip']);
  await copyText('a', {
    ...options,
    platform: 'linux',
    env: { DISPLAY: ':0', SSH_TTY: '/dev/pts/0', TMUX: '1' },
  });
  expect(ran.map(({ command }) => command)).toEqual(['tmux']);
  expect(written).toEqual(['\u001bPtmux;\u001b\u001b]52;c;YQ==\u0007\u001b\\']);
});

test('in tmux without a display tmux takes it, which ignores what is written to the terminal', async () => {
  const { options, ran, written } = setup(['tmux']);
  const text = 'x'.repeat(100_000);
  await copyText(text, { ...options, platform: 'linux', env: { TMUX: '/tmp/tmux', SSH_TTY: '/dev/pts/0' } });
  expect(ran).toEqual([{ command: 'tmux', text }]);
  expect(written).toEqual([]);
});

test('what is too large for a terminal is refused with what to do', async () => {
  const { options, written } = setup([]);
  const copying = copyText('x'.repeat(100_000), { ...options, platform: 'linux', env: {} });
  await expect(copying).rejects.toThrow('install wl-copy, xclip or xsel');
  expect(written).toEqual([]);
});
