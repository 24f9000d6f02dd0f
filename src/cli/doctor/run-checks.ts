import { isLlxError } from '../../errors/llx-error.ts';
import type { Check, CheckedFinding, Finding } from './check.ts';
import type { Facts } from './facts.ts';

const DEFAULT_TIMEOUT_MS = 15_000;

export type RunOptions = {
  readonly facts: Facts;
  readonly signal: AbortSignal;
  /** In the order of the checks, each as soon as it and all before it are there. */
  readonly onFinding?: (finding: CheckedFinding) => void;
  /** Milliseconds of a monotonic clock. @default performance.now */
  readonly now?: () => number;
};

/**
 * Runs each check once what it needs is ok or a warning, checks that need nothing of each other at the same time. Never
 * rejects for a check: what one throws, and what takes too long, is its finding. Rejects with the signal's reason.
 */
export async function runChecks(
  checks: readonly Check[],
  { facts, signal, onFinding, now = () => performance.now() }: RunOptions,
): Promise<readonly CheckedFinding[]> {
  const running = new Map<string, Promise<CheckedFinding>>();
  for (const check of checks) {
    const before = check.needs.map((id) => {
      const needed = running.get(id);
      if (needed === undefined)
        throw new Error(`expected "${check.id}" to stand after "${id}", which it needs`);
      return needed;
    });
    running.set(check.id, runAfter(check, before, { facts, signal, now }));
  }
  const findings: CheckedFinding[] = [];
  for (const finding of running.values()) {
    findings.push(await finding);
    signal.throwIfAborted();
    onFinding?.(await finding);
  }
  return findings;
}

async function runAfter(
  check: Check,
  before: readonly Promise<CheckedFinding>[],
  { facts, signal, now }: Required<Omit<RunOptions, 'onFinding'>>,
): Promise<CheckedFinding> {
  const needed = await Promise.all(before);
  const startedAt = now();
  // A check that was skipped itself says already which one failed.
  const missing = needed.find(({ status }) => status === 'fail' || status === 'skipped');
  const finding: Finding =
    missing === undefined
      ? await runBounded(check, facts, signal)
      : {
          status: 'skipped',
          detail: missing.status === 'skipped' ? missing.detail : `needs "${missing.title}"`,
        };
  return { id: check.id, title: check.title, ...finding, durationMs: Math.round(now() - startedAt) };
}

async function runBounded(check: Check, facts: Facts, signal: AbortSignal): Promise<Finding> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = check;
  const deadline = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<Finding>();
  const giveUp = (): void => {
    deadline.abort(signal.reason);
    resolve({
      status: 'fail',
      code: 'LLX_UNREACHABLE',
      detail: `expected an answer within ${timeoutMs / 1000} s, found none`,
      mend: 'Check the network, VPN and proxy (HTTPS_PROXY, NO_PROXY).',
    });
  };
  const timer = setTimeout(giveUp, timeoutMs);
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([settle(check, facts, deadline.signal), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

async function settle(check: Check, facts: Facts, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.run(facts, signal);
  } catch (error) {
    return failureOf(error);
  }
}

/** What a check threw, as its finding. */
function failureOf(error: unknown): Finding {
  if (isLlxError(error)) {
    return { status: 'fail', code: error.code, detail: error.message, mend: error.mend };
  }
  const detail = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return { status: 'fail', detail, mend: 'llx did not expect this. Please report it, with this line.' };
}
