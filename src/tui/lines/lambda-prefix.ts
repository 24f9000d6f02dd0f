import type { Token } from '../theme.ts';

/** What Lambda writes before a line of its Node.js runtimes. */
export type LambdaPrefix = {
  /** `12:01:03.123` */
  readonly time: string;
  readonly level: string;
  readonly length: number;
};

/** Time, request id, level, with tabs between them. */
const PREFIX = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d\.\d{3})Z\t[^\t]*\t([A-Z]+)\t/;

/** Undefined for a line without one. */
export function lambdaPrefix(text: string): LambdaPrefix | undefined {
  const [all, time, level] = PREFIX.exec(text) ?? [];
  if (all === undefined || time === undefined || level === undefined) return undefined;
  return { time, level, length: all.length };
}

const TOKENS: Readonly<Record<string, Token>> = {
  trace: 'faint',
  debug: 'faint',
  info: 'plain',
  warn: 'warning',
  warning: 'warning',
  error: 'bad',
  fatal: 'bad',
  critical: 'bad',
};

/** Undefined for what is no level. */
export function levelToken(level: string): Token | undefined {
  return TOKENS[level.toLowerCase()];
}
