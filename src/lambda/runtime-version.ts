/**
 * The Node.js version in Lambda's runtime identifier: `nodejs22.x` → 22.
 * Anything else (`provided.al2023`, an empty setting) behaves as the newest.
 */
export function nodeMajor(runtime: string): number {
  const digits = /^nodejs(\d+)/.exec(runtime)?.[1];
  return digits === undefined ? Number.POSITIVE_INFINITY : Number(digits);
}

/** Node.js 24 removed callback handlers, `context.done` and its kin, and the handlers of uncaught errors. */
export function hasCallbacks(runtime: string): boolean {
  return nodeMajor(runtime) < 24;
}
