import { notImplemented } from '../http/aws-error.ts';
import { invalidValue } from './metric-input.ts';
import type { ValueDistribution } from './value-distribution.ts';

/** Of the values of a period; undefined where there is none. */
export type Statistic = (values: ValueDistribution) => number | undefined;

const PLAIN: Readonly<Record<string, Statistic>> = {
  SampleCount: ({ count }) => count,
  Sum: ({ sum }) => sum,
  Average: ({ sum, count }) => sum / count,
  Minimum: ({ minimum }) => minimum,
  Maximum: ({ maximum }) => maximum,
};

/** Trimmed means and the like: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html */
const TRIMMED = /^(?:IQM|(?:tm|wm|tc|ts|TM|WM|TC|TS|PR|pr)[\d(].*)$/;

/** `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or `p99.9`. @throws AwsError */
export function parseStatistic(name: string): Statistic {
  const plain = Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  if (plain !== undefined) return plain;
  const percent = Number(/^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(name)?.[1]);
  if (percent >= 0 && percent <= 100) return (values) => values.percentile(percent);
  if (TRIMMED.test(name)) throw notImplemented(`the statistic ${name.slice(0, 50)} of Amazon CloudWatch`);
  throw invalidValue(`The value ${name.slice(0, 50)} for parameter Stat is not supported.`);
}
