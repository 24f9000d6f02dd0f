import { COMPRESS_ABOVE_BYTES, MESSAGE_BYTES } from './limits.ts';
import type { Encoding } from './message.ts';

export type BodyEncoding = 'identity' | Encoding;

export type EncodedBody = { readonly encoding: BodyEncoding; readonly bytes: Uint8Array };

/** What this process can decompress, best first. Node.js before 22.15 has no zstd. */
export const ENCODINGS: readonly Encoding[] =
  process.versions.zstd === undefined ? ['deflate'] : ['zstd', 'deflate'];

/** Loaded by the first body that needs it: it costs each cold start 2 ms, and most bodies are too small. */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

export function isEncoding(value: unknown): value is Encoding {
  return value === 'zstd' || value === 'deflate';
}

/** Large enough that an answer of megabytes is not gathered from hundreds of pieces. */
const OUTPUT_CHUNK_BYTES = 64 * 1024;

/**
 * Compresses a body when the receiver understands an encoding, the body is above the threshold, and it helps.
 *
 * Synchronous, at the fastest levels: 6 MB of JSON takes zstd 10 to 25 ms (deflate, on runtimes without zstd, 60 ms
 * and up to 180 ms for what is all but incompressible), once for a whole invocation, and a small body costs less than
 * the hop to the thread pool would.
 */
export function compress(body: Uint8Array, accepted: readonly Encoding[]): EncodedBody {
  if (body.byteLength <= COMPRESS_ABOVE_BYTES) return { encoding: 'identity', bytes: body };
  const encoding = ENCODINGS.find((candidate) => accepted.includes(candidate));
  if (encoding === undefined) return { encoding: 'identity', bytes: body };
  const bytes = encoding === 'zstd' ? zstd(body) : deflate(body);
  return bytes.byteLength < body.byteLength ? { encoding, bytes } : { encoding: 'identity', bytes: body };
}

/**
 * Undefined when the bytes are not what they were declared to be, or this process does not know the encoding.
 * Never yields, or allocates much, more than `bodyBytes`, and nothing at all when that is above the bound.
 */
export function decompress(
  encoding: BodyEncoding,
  bytes: Uint8Array,
  bodyBytes: number,
): Uint8Array | undefined {
  if (bodyBytes > MESSAGE_BYTES) return undefined;
  if (encoding === 'identity') return bytes.byteLength === bodyBytes ? bytes : undefined;
  if (!ENCODINGS.includes(encoding)) return undefined;
  // maxOutputLength must be at least 1.
  const options = { maxOutputLength: Math.max(1, bodyBytes), chunkSize: chunkSize(bodyBytes) };
  try {
    const body =
      encoding === 'zstd' ? zlib().zstdDecompressSync(bytes, options) : zlib().inflateRawSync(bytes, options);
    return body.byteLength === bodyBytes ? body : undefined;
  } catch {
    // Not of that encoding, or longer than declared: the same to the caller, who counts it.
    return undefined;
  }
}

function zstd(body: Uint8Array): Uint8Array {
  const { constants, zstdCompressSync } = zlib();
  return zstdCompressSync(body, {
    chunkSize: chunkSize(body.byteLength),
    pledgedSrcSize: body.byteLength,
    params: { [constants.ZSTD_c_compressionLevel]: 1 },
  });
}

// Raw: the frame's seal is a better checksum than the one that zlib's own format adds.
function deflate(body: Uint8Array): Uint8Array {
  return zlib().deflateRawSync(body, { chunkSize: chunkSize(body.byteLength), level: 1 });
}

/** zlib allocates this much for its output up front, and wants at least 64 bytes. */
function chunkSize(bodyBytes: number): number {
  return Math.min(OUTPUT_CHUNK_BYTES, bodyBytes + 64);
}
