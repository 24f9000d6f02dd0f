import type { FunctionSpec } from './invocation.ts';
import type { Failure } from './outcome.ts';

/** How a function's process is started and what it runs. */
export type RuntimeFamily = 'nodejs' | 'python' | 'provided';

/**
 * The family of one of Lambda's runtime identifiers (`python3.13` → `python`), or undefined for those that llx does
 * not run: Java, .NET, Ruby, Go.
 */
export function runtimeFamily(runtime: string): RuntimeFamily | undefined {
  if (/^nodejs\d+\.x$/.test(runtime)) return 'nodejs';
  if (/^python3\.\d+$/.test(runtime)) return 'python';
  return /^provided(\.\w+)?$/.test(runtime) ? 'provided' : undefined;
}

/** The sentence for a runtime that has no family here. */
export function runtimeUnsupported(runtime: string): string {
  return `Runtime ${runtime} is not run by llx: expected nodejs*.x, python3.* or provided.*`;
}

/** The answer of each invocation of such a function. */
export function unsupportedFailure({ runtime }: Pick<FunctionSpec, 'runtime'>): Failure {
  const errorType = 'Llx.RuntimeUnsupported';
  const payload = JSON.stringify({ errorType, errorMessage: runtimeUnsupported(runtime) });
  return { status: 'failed', failure: 'init', errorType, payload: Buffer.from(payload) };
}
