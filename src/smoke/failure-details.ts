import { mismatchText } from '../fixtures/expect/mismatch-text.ts';
import { errorLines } from '../session/failure-lines.ts';
import { printable, printableLines } from '../session/printable.ts';
import { locationOf } from '../session/source-location.ts';
import { createStyle, type Style } from '../session/text-style.ts';
import type { CaseResult, CodeFrame } from './case-result.ts';

export type DetailOptions = {
  /** A file as the reader finds it. */
  readonly fileText: (file: string) => string;
  /** @default no colour */
  readonly style?: Style;
};

/** Of a stack so many lines are shown. */
const STACK_LINES = 30;

/** All that tells why a case failed: what differs, and of an error the developer's code and the stack. */
export function failureDetails(result: CaseResult, options: DetailOptions): readonly string[] {
  const { style = createStyle(false), fileText } = options;
  const { problem, mismatches, observed, expectation, frame } = result;
  const parts: (readonly string[])[] = [];
  if (problem !== undefined) parts.push(printableLines(problem).map((line) => style('bad', line)));
  if (observed?.error !== undefined) {
    const [summary = '', ...rest] = errorLines(observed.error);
    const stack = rest.slice(0, STACK_LINES).map((line) => stackLine(line, fileText, style));
    parts.push([style('bad', summary), ...frameLines(frame, fileText, style), ...stack]);
  }
  // An error that nobody expected was shown whole: that it was not expected, everybody knows.
  const others =
    expectation?.error === undefined ? mismatches.filter(({ part }) => part !== 'error') : mismatches;
  if (observed !== undefined && others.length > 0) {
    parts.push(mismatchText(others, { expectation, observed, style }));
  }
  return parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function stackLine(line: string, fileText: DetailOptions['fileText'], style: Style): string {
  const location = locationOf(line);
  // Of packages and of Node.js itself: a reader looks for his own first.
  if (location === undefined) return style('faint', line);
  return line.replace(location.file, printable(fileText(location.file)));
}

function frameLines(
  frame: CodeFrame | undefined,
  fileText: DetailOptions['fileText'],
  style: Style,
): readonly string[] {
  if (frame === undefined || frame.lines.length === 0) return [];
  const { file, line, column } = frame.location;
  const digits = String(frame.lines.at(-1)?.line ?? line).length;
  const rows = frame.lines.flatMap((row) => {
    const isHere = row.line === line;
    const number = `${isHere ? '>' : ' '} ${String(row.line).padStart(digits)} │ `;
    const code = printable(row.text.slice(0, CODE_CHARACTERS));
    if (!isHere) return [style('faint', number) + code];
    const shown = style('bad', number) + style('strong', code);
    if (column === undefined || column > CODE_CHARACTERS) return [shown];
    // A tab becomes as wide before the mark as it is in the line above it.
    const before = printable(row.text.slice(0, column - 1));
    return [
      shown,
      style('faint', `  ${' '.repeat(digits)} │ `) + ' '.repeat(before.length) + style('bad', '^'),
    ];
  });
  return ['', style('faint', `${printable(fileText(file))}:${line}`), ...rows, ''];
}

/** A line of a bundle has megabytes. */
const CODE_CHARACTERS = 160;
