import type { EmulatorClock } from '../emulator-clock.ts';
import type { State } from '../state/state.ts';
import { type DistributionRow, ValueDistribution } from './value-distribution.ts';

export const MINUTE_MS = 60_000;
/** CloudWatch keeps values by the minute for 15 days: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
const KEPT_MS = 15 * 86_400_000;
const EXPIRY_CHECK_MS = 60 * 60_000;

export type Dimension = { readonly name: string; readonly value: string };

export type MetricName = {
  readonly namespace: string;
  readonly name: string;
  /** In any order. */
  readonly dimensions: readonly Dimension[];
};

export type MetricMinute = {
  readonly metric: MetricName;
  /** Epoch milliseconds of its beginning. */
  readonly minute: number;
  readonly unit: string;
  readonly values: ValueDistribution;
};

export type ListedMetric = MetricName & { readonly id: number };

/** Metrics by the minute, on disk, for fifteen days. */
export class MetricStore {
  readonly #state: State;
  readonly #clock: EmulatorClock;
  #cancelCheck: () => void;

  constructor(options: { readonly state: State; readonly clock: EmulatorClock }) {
    this.#state = options.state;
    this.#clock = options.clock;
    this.#cancelCheck = this.#scheduleCheck();
  }

  /** Adds to what is known of these minutes. It is committed on return. */
  add(minutes: readonly MetricMinute[]): void {
    if (minutes.length === 0) return;
    this.#state.transaction(() => {
      for (const { metric, minute, unit, values } of minutes) {
        const id = this.#idOf(metric, minute);
        const known = this.#state
          .statement('SELECT * FROM metric_minutes WHERE metric_id = ? AND minute = ? AND unit = ?')
          .get(id, minute, unit);
        const all =
          known === undefined ? values : ValueDistribution.fromRow(known as DistributionRow).merge(values);
        const row = all.toRow();
        this.#state
          .statement(
            `INSERT OR REPLACE INTO metric_minutes (metric_id, minute, unit, count, sum, minimum, maximum, buckets)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          )
          .run(id, minute, unit, row.count, row.sum, row.minimum, row.maximum, row.buckets);
      }
    });
  }

  /**
   * The values of a metric by period, in the order of time. Periods begin at multiples of themselves.
   * `from` and `to` are epoch milliseconds, `to` exclusive; `unit` absent: of all units together.
   */
  read(query: {
    readonly metric: MetricName;
    readonly from: number;
    readonly to: number;
    readonly periodMs: number;
    readonly unit?: string | undefined;
  }): ReadonlyMap<number, ValueDistribution> {
    const { metric, from, to, periodMs, unit } = query;
    const rows = this.#state
      .statement(
        `SELECT minute, count, sum, minimum, maximum, buckets FROM metric_minutes
         WHERE metric_id = (SELECT id FROM metrics WHERE namespace = ? AND name = ? AND dimensions = ?)
           AND minute >= ? AND minute < ? AND (? IS NULL OR unit = ?) ORDER BY minute`,
      )
      .all(
        metric.namespace,
        metric.name,
        dimensionsKey(metric.dimensions),
        Math.floor(from / periodMs) * periodMs,
        to,
        unit ?? null,
        unit ?? null,
      ) as (DistributionRow & { minute: number })[];
    const periods = new Map<number, ValueDistribution>();
    for (const row of rows) {
      const start = Math.floor(row.minute / periodMs) * periodMs;
      const values = ValueDistribution.fromRow(row);
      const known = periods.get(start);
      if (known === undefined) periods.set(start, values);
      else known.merge(values);
    }
    return periods;
  }

  unitsOf({ namespace, name, dimensions }: MetricName): readonly string[] {
    const rows = this.#state
      .statement(
        `SELECT DISTINCT unit FROM metric_minutes
         WHERE metric_id = (SELECT id FROM metrics WHERE namespace = ? AND name = ? AND dimensions = ?)`,
      )
      .all(namespace, name, dimensionsKey(dimensions)) as { unit: string }[];
    return rows.map(({ unit }) => unit);
  }

  /** In the order in which they were first seen. */
  list(query: {
    readonly namespace?: string | undefined;
    readonly name?: string | undefined;
    /** Epoch milliseconds. */
    readonly activeSince?: number | undefined;
    /** Those up to this id have been listed. */
    readonly after: number;
  }): readonly ListedMetric[] {
    const { namespace, name, activeSince = 0, after } = query;
    const rows = this.#state
      .statement(
        `SELECT id, namespace, name, dimensions FROM metrics
         WHERE id > ?1 AND (?2 IS NULL OR namespace = ?2) AND (?3 IS NULL OR name = ?3) AND last_at >= ?4
         ORDER BY id`,
      )
      .all(after, namespace ?? null, name ?? null, activeSince) as {
      id: number;
      namespace: string;
      name: string;
      dimensions: string;
    }[];
    return rows.map((row) => ({ ...row, dimensions: parseDimensions(row.dimensions) }));
  }

  /** Removes what is older than fifteen days. */
  removeExpired(): void {
    const before = this.#clock.now() - KEPT_MS;
    this.#state.transaction(() => {
      this.#state.statement('DELETE FROM metric_minutes WHERE minute < ?').run(before);
      this.#state.statement('DELETE FROM metrics WHERE last_at < ?').run(before);
    });
  }

  /** Idempotent. The state is closed by whoever opened it. */
  close(): void {
    this.#cancelCheck();
  }

  #idOf({ namespace, name, dimensions }: MetricName, minute: number): number {
    const row = this.#state
      .statement(
        `INSERT INTO metrics (namespace, name, dimensions, last_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO UPDATE SET last_at = max(last_at, ?4) RETURNING id`,
      )
      .get(namespace, name, dimensionsKey(dimensions), minute);
    return Number(row?.id);
  }

  #scheduleCheck(): () => void {
    return this.#clock.schedule(() => {
      try {
        this.removeExpired();
      } catch {
        // A full disk, as those who write to it are told. The next check tries again.
      }
      this.#cancelCheck = this.#scheduleCheck();
    }, EXPIRY_CHECK_MS);
  }
}

/** The same whatever the order. */
function dimensionsKey(dimensions: readonly Dimension[]): string {
  const pairs = dimensions.map(({ name, value }) => [name, value] as const);
  return JSON.stringify(pairs.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function parseDimensions(text: string): readonly Dimension[] {
  return (JSON.parse(text) as [string, string][]).map(([name, value]) => ({ name, value }));
}
