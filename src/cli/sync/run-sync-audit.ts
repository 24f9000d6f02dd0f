import { LlxError } from '../../errors/llx-error.ts';
import { dateText } from '../../session/time-text.ts';
import type { TargetFlags } from '../aws-target.ts';
import { openLogSource } from '../logs/open-log-source.ts';
import { type Surroundings, writeRows } from '../platform/platform-output.ts';
import { withLambda } from '../platform/with-lambda.ts';
import { auditFile } from './audit-file.ts';
import { invocationsIn, type LivePeriod, livePeriods } from './audit-periods.ts';
import { AuditTrail } from './audit-trail.ts';
import { invocationStarts } from './invocation-starts.ts';
import { sourceNameOf } from './open-store.ts';

export type SyncAuditFlags = TargetFlags & {
  readonly name?: string;
  /** Directory of the audit trails. */
  readonly audit?: string;
  readonly json?: boolean;
};

type AuditRow = LivePeriod & {
  readonly type: 'live';
  readonly invocations: number;
  /** There are more in the log than were counted. */
  readonly atLeast?: true;
};

/**
 * `llx sync audit SOURCE [CONTROL]`: which version was live from when to when, and how many invocations ran in each. Gives the
 * exit code; rejects with LlxError.
 */
export async function runSyncAudit(
  source: string,
  control: string | undefined,
  flags: SyncAuditFlags,
  surroundings: Surroundings = process,
): Promise<number> {
  const name = await sourceNameOf(source, flags);
  const file = auditFile(name, flags.audit);
  const entries = (await new AuditTrail(file).read()).filter(
    (entry) => control === undefined || entry.control === control,
  );
  const none = (where: string): LlxError =>
    new LlxError('LLX_USAGE', {
      message: `Expected deployments of ${control ?? source}${where} in ${file}, found none.`,
      mend: 'The trail is in the folder where llx sync runs; elsewhere: --audit DIR. Of a source that was named: --name NAME',
    });
  if (livePeriods(entries).length === 0) throw none('');
  const rows = await withLambda(flags, surroundings.env, async (lambda, { signal }) => {
    // One trail may tell of an emulator and of AWS: what was deployed there ended nothing here.
    const target = lambda.target.describe();
    const asked = livePeriods(entries.filter((entry) => entry.target === target));
    if (asked.length === 0) throw none(` at ${target}`);
    const counted: AuditRow[] = [];
    for (const functionName of new Set(asked.map((period) => period.function))) {
      const own = asked.filter((period) => period.function === functionName);
      const logs = await openLogSource(functionName, flags, { env: surroundings.env, signal });
      try {
        const since = Math.min(...own.map(({ from }) => Date.parse(from)));
        const { starts, isAll } = await invocationStarts(logs, since, signal);
        const counts = invocationsIn(own, starts);
        for (const period of own) {
          const invocations = counts.get(period) ?? 0;
          counted.push({ type: 'live', ...period, invocations, ...(isAll ? {} : { atLeast: true }) });
        }
      } finally {
        logs.close();
      }
    }
    return counted;
  });
  writeRows(
    rows,
    [
      { title: 'CONTROL', value: (row) => row.control, cut: true },
      { title: 'VERSION', value: (row) => row.version },
      { title: 'LIVE FROM', value: ({ from }) => dateText(from) },
      { title: 'TO', value: ({ to }) => (to === undefined ? 'now' : dateText(to)) },
      {
        title: 'INVOCATIONS',
        value: ({ invocations, atLeast }) => `${invocations}${atLeast === true ? '+' : ''}`,
        align: 'right',
      },
      { title: 'FUNCTION VERSION', value: (row) => `${row.function}:${row.functionVersion}`, importance: 2 },
      { title: 'BY', value: ({ by = '' }) => by, importance: 1 },
    ],
    { json: flags.json, empty: '' },
    surroundings,
  );
  return 0;
}
