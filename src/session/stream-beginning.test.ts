import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamBeginning } from './stream-beginning.ts';

test('however a stream is cut into pieces, its beginning is kept and all of it is counted', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 1 });
  fc.assert(
    fc.property(pieces, fc.integer({ min: 0, max: 64 }), (chunks, most) => {
      const stream = new StreamBeginning(most);
      for (const chunk of chunks) stream.add(chunk);
      const whole = Buffer.concat(chunks);
      expect(stream.take()).toEqual({ beginning: whole.subarray(0, most), bytes: whole.byteLength });
    }),
  );
});

test('what is kept is a copy, and nothing is kept where nothing was streamed', () => {
  const stream = new StreamBeginning();
  expect(stream.take()).toBeUndefined();
  const reused = Buffer.from('first');
  stream.add(reused);
  reused.fill('x');
  expect(stream.take()).toEqual({ beginning: Buffer.from('first'), bytes: 5 });
});
