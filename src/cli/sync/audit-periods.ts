import type { AuditEntry } from './audit-trail.ts';

/** A time in which a version of a package was live. */
export type LivePeriod = {
  readonly control: string;
  readonly function: string;
  /** Of the package. */
  readonly version: string;
  /** Lambda's. */
  readonly functionVersion: string;
  /** ISO 8601. */
  readonly from: string;
  /** ISO 8601; absent: it still is. */
  readonly to?: string;
  readonly sha256: string;
  readonly by?: string;
};

/** An invocation that began: when, and in which of Lambda's versions. */
export type InvocationStart = { readonly at: number; readonly functionVersion: string };

/** Which version was live from when to when: handler by handler, the oldest first. */
export function livePeriods(entries: readonly AuditEntry[]): readonly LivePeriod[] {
  const periods = new Map<string, LivePeriod[]>();
  for (const entry of entries) {
    const { event, control, at, function: name = '', version = '', functionVersion = '' } = entry;
    if (control === undefined || event === 'refused' || event === 'failed') continue;
    const own = periods.get(control) ?? [];
    const last = own.pop();
    // Told again by a round after one that was interrupted, or that put a trigger back: it has been live all the time.
    if (last !== undefined && last.to === undefined && isOf(last, entry)) {
      own.push(last);
      continue;
    }
    if (last !== undefined) own.push(last.to === undefined ? { ...last, to: at } : last);
    if (event !== 'removed') {
      const { sha256 = '', by } = entry;
      own.push({
        control,
        function: name,
        version,
        functionVersion,
        from: at,
        sha256,
        ...(by === undefined ? {} : { by }),
      });
    }
    periods.set(control, own);
  }
  return [...periods].sort(([one], [other]) => (one < other ? -1 : 1)).flatMap(([, own]) => own);
}

function isOf(
  period: LivePeriod,
  { event, function: name, version, functionVersion, sha256 }: AuditEntry,
): boolean {
  return (
    event !== 'removed' &&
    period.function === name &&
    period.version === version &&
    period.functionVersion === functionVersion &&
    period.sha256 === sha256
  );
}

/**
 * How many invocations ran in each period of one function. Lambda's version tells where one belongs: what began before a
 * deployment runs on in the version before. Where a version was live more than once, the time does.
 */
export function invocationsIn(
  periods: readonly LivePeriod[],
  starts: readonly InvocationStart[],
): ReadonlyMap<LivePeriod, number> {
  const counts = new Map(periods.map((period) => [period, 0]));
  for (const { at, functionVersion } of starts) {
    const fitting = periods.filter((period) => period.functionVersion === functionVersion);
    const period = fitting.findLast(({ from }) => Date.parse(from) <= at) ?? fitting[0];
    if (period !== undefined) counts.set(period, (counts.get(period) ?? 0) + 1);
  }
  return counts;
}
