import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { aborted } from './interrupt.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A program that has called `onInterrupt`; it says `ready`, then what `script` prints. */
async function start(script: string): Promise<{
  readonly child: ChildProcess;
  readonly output: Promise<string>;
  readonly end: Promise<readonly unknown[]>;
}> {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { aborted, onInterrupt } from '${new URL('interrupt.ts', import.meta.url).href}';
const interrupt = onInterrupt();
const alive = setInterval(() => undefined, 60_000);
${script}
process.send('ready');
process.channel.unref();`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
  );
  children.push(child);
  const end = once(child, 'close');
  const output = child.stdout === null ? Promise.resolve('') : text(child.stdout);
  await once(child, 'message');
  return { child, output, end };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s asks for an orderly end, with its reason',
  async (name) => {
    const { child, output, end } = await start(`
aborted(interrupt.signal).then(() => { console.log(interrupt.signal.reason.code); clearInterval(alive); });`);
    child.kill(name);
    expect(await end).toEqual([0, null]);
    expect(await output).toBe('LLX_INTERRUPTED\n');
  },
);

test('the second signal ends the process at once', async () => {
  const { child, end } = await start(`aborted(interrupt.signal).then(() => process.send('asked'));`);
  child.kill('SIGINT');
  await once(child, 'message');
  child.kill('SIGTERM');
  expect(await end).toEqual([130, null]);
});

test('while another program has the terminal Ctrl-C is not for llx, the other signals are', async () => {
  const { child, output, end } = await start(`
process.on('message', () => {
  void interrupt.lendTerminal(async () => { const got = new Promise((resolve) => process.once('SIGINT', resolve)); process.kill(process.pid, 'SIGINT'); await got; })
    .then(() => { console.log(interrupt.signal.aborted); process.kill(process.pid, 'SIGINT'); });
});
aborted(interrupt.signal).then(() => { console.log('ended'); clearInterval(alive); });`);
  child.send('use');
  expect(await end).toEqual([0, null]);
  expect(await output).toBe('false\nended\n');
});

test('after dispose a signal does what it does without a handler', async () => {
  const { child, end } = await start('interrupt.dispose();');
  child.kill('SIGTERM');
  expect(await end).toEqual([null, 'SIGTERM']);
});

test('aborted resolves at once for a signal that was aborted before', async () => {
  await expect(aborted(AbortSignal.abort())).resolves.toBeUndefined();
});
