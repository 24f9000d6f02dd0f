import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DropCounter } from '../protocol/drops.ts';
import { LOG_BYTES } from '../protocol/limits.ts';
import type { LogLine } from './invocation.ts';
import { decodeText, LogCollector } from './log-collector.ts';

function collector(): { readonly logs: LogCollector; readonly drops: DropCounter } {
  const drops = new DropCounter();
  return { logs: new LogCollector(drops), drops };
}

describe('log lines', () => {
  it('go to the invocation that runs, and those before it first', () => {
    const { logs } = collector();
    const lines: LogLine[] = [];
    logs.record('stdout', 'during init');
    logs.direct((line) => lines.push(line));
    logs.record('stderr', 'while it runs\n');
    logs.direct(undefined);
    logs.record('stdout', 'afterwards');
    expect(lines).toEqual([
      { stream: 'stdout', text: 'during init' },
      { stream: 'stderr', text: 'while it runs' },
    ]);
    expect(logs.takeWaiting()).toEqual([{ stream: 'stdout', text: 'afterwards' }]);
  });

  it('that nobody takes are bounded, and counted', () => {
    const { logs, drops } = collector();
    for (let line = 0; line < 10; line += 1) logs.record('stdout', String(line).repeat(LOG_BYTES / 4));
    expect(logs.takeWaiting().map(({ text }) => text[0])).toEqual(['6', '7', '8', '9']);
    expect(drops.counts()).toEqual({ 'store-full': 6 });
  });

  it('keep their order between records and unfinished text', () => {
    const { logs } = collector();
    logs.text('channel', 'stdout', 'no end');
    logs.record('stdout', 'record');
    expect(logs.takeWaiting().map(({ text }) => text)).toEqual(['no end', 'record']);
  });

  it('are put together from pieces, wherever they were cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat({ max: 9 })), (texts, cuts) => {
        const expected = texts.map((text) => text.replaceAll('\n', ' '));
        const { logs } = collector();
        const push = decodeText((text) => logs.text('descriptor', 'stdout', text));
        const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''));
        let start = 0;
        for (const cut of cuts) {
          push(bytes.subarray(start, start + cut));
          start += cut;
        }
        push(bytes.subarray(start));
        expect(logs.takeWaiting().map(({ text }) => text)).toEqual(expected);
      }),
    );
  });
});
