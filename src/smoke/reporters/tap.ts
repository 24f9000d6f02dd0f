import { type CaseResult, caseTitle, isFlaky } from '../case-result.ts';
import { failureDetails } from '../failure-details.ts';
import { failureSummary } from '../failure-summary.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';

/** TAP version 14 (https://testanything.org/tap-version-14-specification.html): a test point for each case. */
export function createTapReporter({ write, fileText }: ReporterOptions): Reporter {
  return {
    end({ results, interrupted }) {
      const points = results.map((result, index) => point(result, index + 1, fileText));
      const bail = interrupted ? 'Bail out! interrupted\n' : '';
      write(`TAP version 14\n1..${results.length}\n${points.join('')}${bail}`);
    },
  };
}

function point(result: CaseResult, number: number, fileText: ReporterOptions['fileText']): string {
  const { status, attempts } = result;
  const description = `${number} - ${escaped(caseTitle(result))}`;
  if (status === 'skipped') return `ok ${description} # SKIP the run ended before\n`;
  if (status === 'passed') {
    return `ok ${description}\n${isFlaky(result) ? `# passed at try ${attempts}\n` : ''}`;
  }
  const diagnostic = {
    message: failureSummary(result),
    file: fileText(result.file),
    function: result.functionName ?? null,
    durationMs: Math.round(result.durationMs),
    details: failureDetails(result, { fileText }),
    logs: result.observed?.logs ?? [],
  };
  return `not ok ${description}\n${yaml(diagnostic)}`;
}

/** Backslashes and hashes would begin an escape or a directive. */
function escaped(description: string): string {
  return description.replace(/[\\#]/g, '\\$&');
}

/** JSON is YAML: nothing that a log line holds can end the block. */
function yaml(diagnostic: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(diagnostic).map(([key, value]) => `  ${key}: ${inline(value)}\n`);
  return `  ---\n${lines.join('')}  ...\n`;
}

/** On one line: JSON lets these stand in a text, YAML takes them for line ends. */
function inline(value: unknown): string {
  const text = JSON.stringify(value, (_key, one) => (typeof one === 'string' ? one.toWellFormed() : one));
  return text.replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
