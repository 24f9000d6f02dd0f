/** How much of the past a session remembers. Only invocations that still run may exceed these. */
export const KEPT = {
  invocations: 10_000,
  bytes: 64 * 1024 * 1024,
  /** Invocations that are pinned by hand, and bytes of theirs. */
  pinned: 100,
  pinnedBytes: 32 * 1024 * 1024,
  notices: 50,
  /** Of a streamed answer: pieces are handed on, and only its beginning is looked at. */
  streamBytes: 256 * 1024,
  logLines: 1_000,
  logBytes: 256 * 1024,
} as const;
