import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compress, decompress, ENCODINGS } from './compression.ts';
import { COMPRESS_ABOVE_BYTES, MESSAGE_BYTES } from './limits.ts';
import type { Encoding } from './message.ts';

const COMPRESSIBLE = Buffer.alloc(COMPRESS_ABOVE_BYTES + 1, 'llx ');

test('this runtime has both encodings and prefers zstd', () => {
  expect(ENCODINGS).toEqual(['zstd', 'deflate']);
  expect(compress(COMPRESSIBLE, ['deflate', 'zstd']).encoding).toBe('zstd');
});

test('a receiver that knows deflate only gets deflate, one that knows nothing gets the body as it is', () => {
  expect(compress(COMPRESSIBLE, ['deflate']).encoding).toBe('deflate');
  expect(compress(COMPRESSIBLE, [])).toEqual({ encoding: 'identity', bytes: COMPRESSIBLE });
});

test('a body up to the threshold is left alone', () => {
  const body = COMPRESSIBLE.subarray(1);
  expect(compress(body, ENCODINGS)).toEqual({ encoding: 'identity', bytes: body });
});

test('a body that would not become smaller is left alone', () => {
  const body = randomBytes(100_000);
  for (const encoding of ENCODINGS) {
    expect(compress(body, [encoding]).encoding).toBe('identity');
  }
});

test('every body comes out as it went in, with each encoding', () => {
  // Repeated, so that it is above the threshold and compresses.
  const bodies = fc.tuple(fc.uint8Array({ minLength: 1 }), fc.integer({ min: 1, max: 400 }));
  fc.assert(
    fc.property(bodies, fc.subarray<Encoding>(['zstd', 'deflate']), ([unit, times], accepted) => {
      const body = Buffer.concat(Array.from({ length: times }, () => unit));
      const { encoding, bytes } = compress(body, accepted);
      expect(decompress(encoding, bytes, body.byteLength)).toEqual(body);
    }),
  );
});

const squeeze = { zstd: zstdCompressSync, deflate: deflateRawSync } as const;

test.each(['zstd', 'deflate'] as const)(
  '%s that inflates to another length than declared is refused',
  (encoding) => {
    const bytes = squeeze[encoding](COMPRESSIBLE);
    expect(decompress(encoding, bytes, COMPRESSIBLE.byteLength)).toEqual(COMPRESSIBLE);
    expect(decompress(encoding, bytes, COMPRESSIBLE.byteLength - 1)).toBeUndefined();
    expect(decompress(encoding, bytes, COMPRESSIBLE.byteLength + 1)).toBeUndefined();
    expect(decompress(encoding, bytes, 0)).toBeUndefined();
  },
);

test.each(['zstd', 'deflate'] as const)(
  '%s that inflates to far more than declared is stopped, not gathered',
  (encoding) => {
    const bomb = squeeze[encoding](Buffer.alloc(128 * 1024 * 1024));
    const before = process.memoryUsage().rss;
    expect(decompress(encoding, bomb, 2048)).toBeUndefined();
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  },
);

test('a size above the bound is refused whatever the bytes are', () => {
  for (const encoding of ['identity', ...ENCODINGS] as const) {
    expect(decompress(encoding, new Uint8Array(8), MESSAGE_BYTES + 1)).toBeUndefined();
  }
});

test('bytes that are of no encoding are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom(...ENCODINGS), (bytes, encoding) => {
      expect(decompress(encoding, bytes, 5000)).toBeUndefined();
    }),
  );
});

test('a process that compresses nothing never loads zlib: a cold start would pay for it', async () => {
  const file = new URL('compression.ts', import.meta.url).href;
  const code = `await import('${file}'); console.log(process.moduleLoadList.includes('NativeModule zlib'))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
  expect(stdout).toBe('false\n');
});
