import { printable } from '../session/printable.ts';
import type { CaseResult } from './case-result.ts';

/** More of a text is no summary. */
const LONGEST = 300;

/** One line that says why a case failed: the first of its reasons, and how many there are. */
export function failureSummary({ problem, mismatches, observed }: CaseResult): string {
  const [first] = mismatches;
  const error = observed?.error;
  if (first === undefined || problem !== undefined) return oneLine(problem ?? 'failed');
  const others = mismatches.length === 1 ? '' : ` (and ${mismatches.length - 1} more)`;
  // An error that nothing was expected of says more than that it was not expected.
  if (first.part === 'error' && error !== undefined) {
    return `${oneLine(`${error.errorType}: ${error.errorMessage}`)}${others}`;
  }
  const place = first.path === '' ? first.part : `${first.part} ${first.path}`;
  return `${oneLine(`${place}: expected ${first.expected}, found ${first.found}`)}${others}`;
}

function oneLine(text: string): string {
  const line = printable(text.split(/\r?\n/, 1)[0] ?? '');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
