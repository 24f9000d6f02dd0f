import type { RunPolicy } from './run-policy.ts';
import type { Run } from './run-store.ts';
import type { ScheduleExpression } from './schedule-expression.ts';

/** Why a run is not tried again, in the words of EventBridge's dead letters. */
export type ExhaustedCondition = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

/** Something that happens at its times: a schedule, or a rule with a schedule. */
export type TimetableEntry = {
  /** `schedule default/nightly`: what it is called to people, too. */
  readonly key: string;
  readonly expression: Pick<ScheduleExpression, 'next'>;
  readonly policy: RunPolicy;
  /** Whether `AsyncQueue` tells the end of what it invokes: only then is there anything to overlap. */
  readonly isFollowed: boolean;
  /** A run begins within so much of its time, by chance. */
  readonly windowMs: number;
  readonly maximumAgeMs: number;
  readonly maximumRetries: number;
  /** Takes a run to its target. Rejects where the target does not take it. */
  deliver(run: Run): Promise<void>;
  /** A run has failed for good: the dead-letter queue's. Does not reject but for the state. */
  giveUp(run: Run, error: unknown, condition: ExhaustedCondition): Promise<void>;
  /** No time is left, and no run. */
  completed(): void;
};
