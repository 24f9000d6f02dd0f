import type { CaseResult } from '../case-result.ts';
import type { Reporter, ReporterOptions, RunSummary } from './reporter.ts';

/** One JSON object on one line; its schema is in docs/ci.md. */
export function createJsonReporter({ write, fileText }: ReporterOptions): Reporter {
  return {
    end(summary) {
      write(`${JSON.stringify(report(summary, fileText))}\n`);
    },
  };
}

function report(
  { totals, durationMs, shard, startedAt, interrupted, results }: RunSummary,
  fileText: FileText,
) {
  const { failed, skipped } = totals;
  return {
    version: 1,
    status: interrupted ? 'interrupted' : failed + skipped > 0 ? 'failed' : 'passed',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: rounded(durationMs),
    ...(shard === undefined ? {} : { shard }),
    totals,
    cases: results.map((result) => caseReport(result, fileText)),
  };
}

type FileText = ReporterOptions['fileText'];

function caseReport(result: CaseResult, fileText: FileText) {
  const { name, file, functionName, status, attempts, durationMs, updated } = result;
  const { problem, mismatches, observed, frame } = result;
  return {
    name,
    file: fileText(file),
    ...(functionName === undefined ? {} : { function: functionName }),
    status,
    attempts,
    durationMs: rounded(durationMs),
    updated,
    ...(problem === undefined ? {} : { problem }),
    mismatches,
    ...(observed?.error === undefined ? {} : { error: observed.error }),
    ...(frame === undefined ? {} : { location: { ...frame.location, file: fileText(frame.location.file) } }),
    ...(observed === undefined ? {} : { logs: observed.logs }),
  };
}

/** To a thousandth: the rest is noise. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
