import { randomBytes } from 'node:crypto';

/**
 * The log stream of an execution environment.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html: date, version, environment.
 *
 * @param now epoch milliseconds
 */
export function logStreamName(version: string, now: number): string {
  const day = new Date(now).toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/[${version}]${randomBytes(16).toString('hex')}`;
}
