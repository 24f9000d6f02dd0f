import fc from 'fast-check';
import { expect, test } from 'vitest';
import { END_MARK, EndMarks } from './end-marks.ts';

test('marks are found and taken out wherever the bytes are cut, each behind what came before it', () => {
  const piece = fc.oneof(fc.string(), fc.constant(END_MARK), fc.constant(END_MARK.slice(0, 7)));
  fc.assert(
    fc.property(fc.array(piece), fc.array(fc.nat({ max: 200 })), (pieces, cuts) => {
      const whole = Buffer.from(pieces.join(''));
      let found = '';
      const marks = new EndMarks(
        (chunk) => {
          found += chunk.toString('latin1');
        },
        () => {
          found += '<end>';
        },
      );
      const places = [
        0,
        ...cuts.map((cut) => cut % (whole.length + 1)).sort((one, other) => one - other),
        whole.length,
      ];
      for (const [index, place] of places.entries())
        marks.push(whole.subarray(places[index - 1] ?? 0, place));
      marks.end();
      expect(found).toBe(whole.toString('latin1').replaceAll(END_MARK, '<end>'));
    }),
  );
});
