import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchChunks, batchEvent } from './batch-chunks.ts';

test('records go in their order into events within the bound, none of them alone for nothing', () => {
  const json = fc.string({ maxLength: 50 }).map((text) => JSON.stringify(text));
  fc.assert(
    fc.property(fc.array(json), (texts) => {
      const chunks = batchChunks(
        texts.map((text) => ({ json: text })),
        400,
      );
      expect(chunks.flat().map((record) => record.json)).toEqual(texts);
      for (const chunk of chunks) {
        expect(batchEvent(chunk).byteLength).toBeLessThanOrEqual(400);
        expect(JSON.parse(Buffer.from(batchEvent(chunk)).toString())).toEqual({
          Records: chunk.map((record) => JSON.parse(record.json)),
        });
      }
      for (const [index, chunk] of chunks.slice(1).entries()) {
        const together = batchEvent([...(chunks[index] ?? []), ...chunk.slice(0, 1)]);
        expect(together.byteLength).toBeGreaterThanOrEqual(400);
      }
    }),
  );
});
