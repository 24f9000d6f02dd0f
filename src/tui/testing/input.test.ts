import { afterEach, describe, expect, test } from 'vitest';
import { NOON, offered, succeeded } from './session-events.ts';
import { SHOP_SESSION } from './shop-session.ts';
import { type StartedScreen, type StartOptions, startScreen } from './started-screen.ts';

const ESCAPE = '\u001b';

const started: StartedScreen[] = [];

function start(options: StartOptions & { readonly count?: number } = {}): StartedScreen {
  const { count = 300, ...more } = options;
  const events = Array.from({ length: count }, (_, index) => [
    offered(`${index}`, { at: NOON + index * 1_000 }),
    succeeded(`${index}`),
  ]).flat();
  const screen = startScreen(events, more);
  started.push(screen);
  return screen;
}

afterEach(async () => {
  for (const screen of started.splice(0)) await screen.close();
});

describe('keys', () => {
  test('200 of one read are 200 keys, in their order', async () => {
    const { terminal } = start();
    await terminal.shows('❯   12:06:02');
    terminal.type('j'.repeat(200));
    await terminal.shows('❯   12:02:42');
    terminal.type(`${'k'.repeat(100)}${'j'.repeat(99)}k`);
    await terminal.shows('❯   12:02:44');
  });

  test('a burst of all kinds ends where its last key leads', async () => {
    const { terminal } = start();
    await terminal.shows('following');
    terminal.type('2s3R42lgG1jjjp?:'.repeat(12));
    await terminal.shows('Commands');
  });

  test('arrows in one read are as many keys', async () => {
    const { terminal } = start();
    await terminal.shows('❯   12:06:02');
    terminal.type(`${ESCAPE}[B`.repeat(50));
    await terminal.shows('❯   12:05:12');
  });

  test('an arrow that comes in two reads is an arrow, and no Escape', async () => {
    const { terminal } = start();
    await terminal.shows('❯   12:06:02');
    terminal.type('\r');
    await terminal.shows('[1 event]');
    terminal.type(ESCAPE);
    terminal.type('[B');
    await terminal.shows(/❯ +2/);
    expect(terminal.text).toContain('[1 event]');
  });

  test('a lone Escape is one step back', async () => {
    const { terminal } = start();
    await terminal.shows('❯   12:06:02');
    terminal.type('\r');
    await terminal.shows('[1 event]');
    terminal.type(ESCAPE);
    await terminal.shows('following');
  });

  test('sequences that are no key do nothing', async () => {
    const { terminal } = start();
    await terminal.shows('❯   12:06:02');
    const unknown = ['[99~', 'OX', '[<0;10;10M', '[200;3R', '[I', '[O', '[?1;2c'];
    for (const sequence of unknown) terminal.type(ESCAPE + sequence);
    terminal.type('j');
    await terminal.shows('❯   12:06:01');
    expect(terminal.text).toContain('[1 invocations]');
    expect(terminal.alternateScreen).toBe(true);
  });

  test('a key that repeats while a question is open does not answer it', async () => {
    const screen = startScreen(SHOP_SESSION, { columns: 100, rows: 24 });
    started.push(screen);
    const { terminal, calls } = screen;
    await terminal.shows('following');
    terminal.type('2');
    await terminal.shows('STATE');
    terminal.type('G');
    await terminal.shows(/❯ stock/);
    terminal.type('\r');
    await terminal.shows('Take it over?');
    terminal.type('j'.repeat(100));
    terminal.type('1');
    await terminal.shows('Take it over?');
    terminal.type('n');
    await terminal.shows((text) => !text.includes('Take it over?'));
    expect(calls).toEqual([]);
    expect(terminal.text).toContain('[2 functions]');
  });
});

describe('pasted text', () => {
  test('is no command, whatever it holds', async () => {
    const { terminal, calls } = start();
    await terminal.shows('❯   12:06:02');
    terminal.type(`${ESCAPE}[200~q:quit\rrrr\u0003jjj${ESCAPE}[201~`);
    terminal.type('j');
    await terminal.shows('❯   12:06:01');
    expect(calls).toEqual([]);
    expect(terminal.alternateScreen).toBe(true);
  });

  test('goes into a filter as one line, in however many reads it comes', async () => {
    const { terminal } = start();
    await terminal.shows('following');
    terminal.type('/');
    await terminal.shows('300/300');
    terminal.type(`${ESCAPE}[20`);
    terminal.type('0~fn:orders\n');
    terminal.type(`GET${ESCAPE}[2`);
    terminal.type('01~');
    await terminal.shows('/fn:orders GET');
  });

  test('of a megabyte is cut, and the screen is whole', async () => {
    const { terminal } = start();
    await terminal.shows('following');
    terminal.type('/');
    await terminal.shows('300/300');
    terminal.type(`${ESCAPE}[200~${'x'.repeat(1_000_000)}${ESCAPE}[201~`);
    await terminal.shows(/\/x{40,}/);
    expect(terminal.brokenRows).toEqual([]);
    terminal.type(ESCAPE);
    await terminal.shows('following');
  });

  test('of a terminal that does not mark it opens a filter and types, and quits nothing', async () => {
    const { terminal } = start();
    await terminal.shows('following');
    terminal.type('/quit q\u0007 q');
    await terminal.shows('/quit q');
    expect(terminal.alternateScreen).toBe(true);
  });
});

describe('UTF-8', () => {
  const bytesOf = (text: string) => Buffer.from(text);

  test('that is split over reads is put together', async () => {
    const { terminal } = start();
    await terminal.shows('following');
    terminal.type('/');
    await terminal.shows('300/300');
    const family = '注文👨‍👩‍👧é';
    for (const byte of bytesOf(family)) terminal.typeBytes(Uint8Array.of(byte));
    await terminal.shows(`/${family}`);
  });

  test('that is broken is shown as such, and the next key works', async () => {
    const { terminal } = start();
    await terminal.shows('following');
    terminal.type('/');
    await terminal.shows('300/300');
    terminal.typeBytes(Uint8Array.of(0xff, 0xc3, 0x28, 0xf0, 0x9f));
    terminal.typeBytes(bytesOf('ok'));
    await terminal.shows(/\/.*\(.*ok/);
    terminal.type(ESCAPE);
    await terminal.shows('following');
  });

  test('that is broken outside of a field is no command', async () => {
    const { terminal, calls } = start();
    await terminal.shows('❯   12:06:02');
    terminal.typeBytes(Uint8Array.of(0xfe, 0xff, 0x80, 0xc0));
    terminal.type('j');
    await terminal.shows('❯   12:06:01');
    expect(calls).toEqual([]);
  });
});
