import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeTelemetryRecord, TelemetryParser, type TelemetryRecord } from './telemetry-log.ts';

function parse(chunks: readonly Buffer[]): readonly TelemetryRecord[] {
  const records: TelemetryRecord[] = [];
  const parser = new TelemetryParser((record) => records.push(record));
  for (const chunk of chunks) parser.push(chunk);
  return records;
}

/** As other runtimes write it: of any length. */
function record(text: string, type = 0xa55a0003): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.alloc(16);
  head.writeUInt32BE(type, 0);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

describe('the records of a log', () => {
  it('arrive as they were written, wherever they are cut', () => {
    const records = fc.array(
      fc.record({ stream: fc.constantFrom('stdout' as const, 'stderr' as const), text: fc.string() }),
    );
    fc.assert(
      fc.property(records, fc.array(fc.integer({ min: 1, max: 40 })), (written, cuts) => {
        const bytes = Buffer.concat(written.map((each) => encodeTelemetryRecord(each)));
        const chunks: Buffer[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(bytes.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(bytes.subarray(at));
        expect(parse(chunks)).toEqual(written.map(({ stream, text }) => ({ stream, text: `${text}\n` })));
      }),
    );
  });

  it('are those of stderr from WARN on', () => {
    const types = [0xa55a0003, 0xa55a000f, 0xa55a0013, 0xa55a0017, 0xa55a0016];
    const streams = parse(types.map((type) => record('x', type))).map(({ stream }) => stream);
    expect(streams).toEqual(['stdout', 'stdout', 'stderr', 'stderr', 'stderr']);
  });

  it.each([1, 3, 1000])('that are too long are cut, and the next one is whole, in %d chunks', (count) => {
    const bytes = Buffer.concat([record('a'.repeat(3 * 1024 * 1024)), record('after')]);
    const size = Math.ceil(bytes.length / count);
    const chunks = Array.from({ length: count }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    expect(parse(chunks).map(({ text }) => (text.length > 10 ? text.length : text))).toEqual([
      1024 * 1024,
      'after',
    ]);
  });

  it('are nothing else', () => {
    expect(() => parse([Buffer.alloc(16, 1)])).toThrow('expected a log record, got type');
  });
});
