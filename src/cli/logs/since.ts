import { InvalidArgumentError } from 'commander';

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30s`, `10m`, `2h`, `1d` ago, or an ISO time, in epoch milliseconds. */
export function since(text: string, now = Date.now()): number {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined) return Math.max(0, now - Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]);
  const time = /^\d{4}-\d{2}-\d{2}(?:T.+)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return Math.max(0, time);
  throw new InvalidArgumentError(
    `Expected a time such as 10m, 2h, 1d or 2026-01-31T12:00:00Z, found "${text}".`,
  );
}
