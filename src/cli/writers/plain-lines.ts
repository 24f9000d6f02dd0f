import { isAbsolute, relative } from 'node:path';
import type { BuildProblem } from '../../runtime/invocation.ts';
import type { Phase } from '../../session/event.ts';
import { printable } from '../../session/printable.ts';
import type { InvocationRecord } from '../../session/store.ts';
import type { Style } from '../../session/text-style.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { recordSource } from '../../tui/invocations/record-source.ts';

export const INDENT = '            ';

export type PhaseFacts = {
  readonly phase: Phase | 'running';
  readonly durationMs?: number | undefined;
  readonly initMs?: number | undefined;
  readonly reason?: string | undefined;
};

/** `12:01:03  hello  GET /greet?name=Ada  succeeded  4 ms (cold 61 ms)  9f1c2d3e` */
export function invocationLine(
  record: InvocationRecord,
  facts: PhaseFacts,
  at: number,
  nameWidth: number,
  style: Style,
): string {
  const meaning = MEANINGS[facts.phase];
  const word = facts.phase.replace('-', ' ');
  const attempt = record.attempt > 1 ? `attempt ${record.attempt}` : undefined;
  return [
    style('faint', clockText(at)),
    style('strong', printable(record.functionName).padEnd(nameWidth)),
    recordSource(record).label,
    meaning === undefined ? word : style(meaning, word),
    durationPart(facts),
    facts.reason === undefined ? undefined : printable(facts.reason),
    attempt,
    style('faint', record.requestId.slice(0, 8)),
  ]
    .filter((part) => part !== undefined)
    .join('  ');
}

const MEANINGS: Readonly<Partial<Record<Phase | 'running', 'good' | 'bad' | 'warning'>>> = {
  succeeded: 'good',
  failed: 'bad',
  'timed-out': 'bad',
  refused: 'warning',
  withdrawn: 'warning',
  cancelled: 'warning',
};

function durationPart({ durationMs, initMs }: PhaseFacts): string | undefined {
  if (durationMs === undefined) return undefined;
  return durationText(durationMs) + (initMs === undefined ? '' : ` (cold ${durationText(initMs)})`);
}

/** Where and what, and the line it happened in with a mark under the column. */
export function problemLines({ text, location }: BuildProblem, cwd: string): readonly string[] {
  if (location === undefined) return [printable(text)];
  const { line, column, lineText } = location;
  const number = String(line);
  // A tab becomes as wide before the mark as it is in the line above it.
  const before = printable(lineText.slice(0, column - 1));
  return [
    `${fileText(location.file, cwd)}:${line}:${column}: ${printable(text)}`,
    `  ${number} │ ${printable(lineText)}`,
    `  ${' '.repeat(number.length)} │ ${' '.repeat(before.length)}^`,
  ];
}

function fileText(file: string, cwd: string): string {
  const path = relative(cwd, file);
  return printable(path.startsWith('..') || isAbsolute(path) ? file : path);
}
