import { type CaseResult, caseTitle, isFlaky } from '../case-result.ts';
import { failureDetails } from '../failure-details.ts';
import { failureSummary } from '../failure-summary.ts';
import type { Reporter, ReporterOptions } from './reporter.ts';

/** GitHub cuts longer ones. */
const LONGEST_MESSAGE = 4_000;

/**
 * Workflow commands of GitHub Actions, which shows them beside the lines of a pull request: an error for each case that
 * failed, at the developer's own code where it threw, else at the fixture; a warning for one that passed only when it was
 * tried again.
 */
export function createGithubReporter({ write, fileText }: ReporterOptions): Reporter {
  return {
    end({ results }) {
      for (const result of results) {
        if (result.status === 'failed') write(failureCommand(result, fileText));
        if (isFlaky(result)) write(flakyCommand(result, fileText));
      }
    },
  };
}

type FileText = ReporterOptions['fileText'];

function failureCommand(result: CaseResult, fileText: FileText): string {
  const { file, line, column } = result.frame?.location ?? { file: result.file, line: 1 };
  const place = {
    file: fileText(file),
    line: String(line),
    ...(column === undefined ? {} : { col: String(column) }),
    title: `llx smoke: ${caseTitle(result)}`,
  };
  const summary = failureSummary(result);
  const details = failureDetails(result, { fileText });
  const text = (details[0] === summary ? details : [summary, '', ...details]).join('\n');
  return command('error', place, text.slice(0, LONGEST_MESSAGE));
}

function flakyCommand(result: CaseResult, fileText: FileText): string {
  const place = { file: fileText(result.file), line: '1', title: `llx smoke: ${caseTitle(result)}` };
  return command('warning', place, `Passed at try ${result.attempts}: its answer is not always the same.`);
}

/** `::name key=value,…::message` */
function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const written = Object.entries(properties).map(([key, value]) => `${key}=${escapedProperty(value)}`);
  return `::${name} ${written.join(',')}::${escaped(message)}\n`;
}

/** As `@actions/core` does: the runner undoes these, and nothing else. */
function escaped(text: string): string {
  return text.toWellFormed().replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
