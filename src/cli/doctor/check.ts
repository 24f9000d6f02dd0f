import type { ErrorCode } from '../../errors/error-codes.ts';
import type { Facts } from './facts.ts';

export type FindingStatus = 'ok' | 'warn' | 'fail' | 'skipped';

/** What a check found. `detail`: expected and found; `mend`: a command, an edit, or an IAM statement. */
export type Finding = {
  readonly status: FindingStatus;
  readonly detail: string;
  readonly mend?: string;
  /** Of a failure: decides the exit code. */
  readonly code?: ErrorCode;
};

/** One question. It may leave what it learned in the facts, for the checks that need it. */
export type Check = {
  readonly id: string;
  readonly title: string;
  /** Ids of checks that stand before it: when one fails or is skipped, this one is skipped. */
  readonly needs: readonly string[];
  /** @default 15 s */
  readonly timeoutMs?: number;
  /** What it throws is a failure: an LlxError with its code and mend. */
  run(facts: Facts, signal: AbortSignal): Promise<Finding>;
};

export type CheckedFinding = Finding & {
  readonly id: string;
  readonly title: string;
  readonly durationMs: number;
};

export function ok(detail: string): Finding {
  return { status: 'ok', detail };
}

export function warn(detail: string, mend: string): Finding {
  return { status: 'warn', detail, mend };
}

export function fail(code: ErrorCode, detail: string, mend: string): Finding {
  return { status: 'fail', code, detail, mend };
}
