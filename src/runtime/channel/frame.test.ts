import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FRAME_TYPES, FrameParser, type FrameType, MAX_FRAME_BYTES } from './frame.ts';

const types = Object.keys(FRAME_TYPES).filter((name): name is FrameType => Object.hasOwn(FRAME_TYPES, name));
const frames = fc.record({
  type: fc.constantFrom(...types),
  invocation: fc.nat({ max: 0xffff_ffff }),
  header: fc.option(fc.jsonValue(), { nil: undefined }),
  payload: fc.uint8Array({ maxLength: 300 }),
});

function parse(chunks: readonly Buffer[]): unknown[] {
  const parsed: unknown[] = [];
  const parser = new FrameParser((frame) =>
    parsed.push({ ...frame, payload: Uint8Array.from(frame.payload) }),
  );
  for (const chunk of chunks) parser.push(chunk);
  return parsed;
}

describe('frames', () => {
  it('arrive as they were sent, wherever the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(frames, { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 40 })),
        (sent, cuts) => {
          const bytes = Buffer.concat(
            sent.flatMap(({ type, invocation, header, payload }) => [
              ...encodeFrame(type, invocation, header, payload),
            ]),
          );
          const chunks: Buffer[] = [];
          let start = 0;
          for (const cut of cuts) {
            chunks.push(bytes.subarray(start, start + cut));
            start += cut;
          }
          chunks.push(bytes.subarray(start));
          const expected = sent.map((frame) => ({ ...frame, header: json(frame.header) }));
          expect(parse(chunks)).toEqual(expected);
        },
      ),
    );
  });

  it('with a large payload are two pieces, and it is not copied', () => {
    const payload = new Uint8Array(100_000).fill(7);
    const pieces = encodeFrame('chunk', 1, undefined, payload);
    expect(pieces[1]).toBe(payload);
    expect(parse([Buffer.concat([...pieces])])).toEqual([
      { type: 'chunk', invocation: 1, header: undefined, payload },
    ]);
  });

  it('of random bytes are an error or nothing, and never cost more than a frame may have', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const parser = new FrameParser(() => {}, 1024);
        try {
          parser.push(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
    );
  });

  it('longer than any may be are refused before they are held', () => {
    const parser = new FrameParser(() => {});
    const length = Buffer.alloc(4);
    length.writeUInt32BE(MAX_FRAME_BYTES + 1);
    expect(() => parser.push(length)).toThrow(
      `expected a frame of 9 to ${MAX_FRAME_BYTES} bytes, got ${MAX_FRAME_BYTES + 1}`,
    );
  });
});

function json(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
