/** Buckets grow by this factor: a value is at most 1 % away from the middle of its bucket. */
const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);
/** Smaller values count as 0, larger ones as this: so there are at most some 5,600 buckets. */
const SMALLEST = 1e-9;
const LARGEST = 1e15;
/** Makes the numbers of the buckets of positive values positive; those of negative values are below 0. */
const OFFSET = Math.ceil(-Math.log(SMALLEST) / LOG_GROWTH) + 1;

export type DistributionRow = {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  /** Pairs of bucket and count, as JSON. */
  readonly buckets: string;
};

/**
 * How values are distributed: count, sum, minimum and maximum exactly, percentiles within 2 %, in bounded memory.
 * The buckets are those of DDSketch: https://arxiv.org/abs/1908.10693
 */
export class ValueDistribution {
  #count = 0;
  #sum = 0;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;
  readonly #buckets = new Map<number, number>();

  get count(): number {
    return this.#count;
  }

  get sum(): number {
    return this.#sum;
  }

  /** Infinity where there are no values. */
  get minimum(): number {
    return this.#minimum;
  }

  /** -Infinity where there are no values. */
  get maximum(): number {
    return this.#maximum;
  }

  add(value: number, times = 1): this {
    if (times <= 0) return this;
    this.addSummary({ count: times, sum: value * times, minimum: value, maximum: value });
    const bucket = bucketOf(value);
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + times);
    return this;
  }

  /** Values of which no more is known: there are no percentiles of them, as in CloudWatch. */
  addSummary(summary: Omit<DistributionRow, 'buckets'>): this {
    this.#count += summary.count;
    this.#sum += summary.sum;
    this.#minimum = Math.min(this.#minimum, summary.minimum);
    this.#maximum = Math.max(this.#maximum, summary.maximum);
    return this;
  }

  merge(other: ValueDistribution): this {
    this.addSummary(other);
    for (const [bucket, count] of other.#buckets) {
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    }
    return this;
  }

  /** The smallest value that `percent` of all values do not exceed. Undefined where only a summary is known. */
  percentile(percent: number): number | undefined {
    const buckets = [...this.#buckets].sort(([a], [b]) => a - b);
    const known = buckets.reduce((sum, [, count]) => sum + count, 0);
    if (known < this.#count || known === 0) return undefined;
    if (percent <= 0) return this.#minimum;
    if (percent >= 100) return this.#maximum;
    const rank = (percent / 100) * known;
    let reached = 0;
    for (const [bucket, count] of buckets) {
      reached += count;
      if (reached >= rank) return Math.min(this.#maximum, Math.max(this.#minimum, middleOf(bucket)));
    }
    return this.#maximum;
  }

  /** For a table. */
  toRow(): DistributionRow {
    return {
      count: this.#count,
      sum: this.#sum,
      minimum: this.#minimum,
      maximum: this.#maximum,
      buckets: JSON.stringify([...this.#buckets]),
    };
  }

  static fromRow(row: DistributionRow): ValueDistribution {
    const distribution = new ValueDistribution().addSummary(row);
    for (const [bucket, count] of JSON.parse(row.buckets) as [number, number][]) {
      distribution.#buckets.set(bucket, count);
    }
    return distribution;
  }
}

function bucketOf(value: number): number {
  const size = Math.min(Math.abs(value), LARGEST);
  if (size < SMALLEST) return 0;
  return Math.sign(value) * (Math.floor(Math.log(size) / LOG_GROWTH) + OFFSET);
}

/** Where both ends of the bucket are equally far away, by ratio. */
function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  return Math.sign(bucket) * GROWTH ** (Math.abs(bucket) - OFFSET + 0.5);
}
