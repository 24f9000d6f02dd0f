import { type CaseResult, isFlaky, totalsOf } from '../case-result.ts';
import { failureDetails } from '../failure-details.ts';
import { failureSummary } from '../failure-summary.ts';
import type { Reporter, ReporterOptions, RunSummary } from './reporter.ts';

/** Log lines of a case that failed, at most. */
const LOG_LINES = 1_000;

/**
 * JUnit's XML as Jenkins, GitLab and most others read it (the xUnit plugin's junit-10.xsd): a suite for each function, a test
 * case for each fixture. What could not be run is an `error`, what is not as expected a `failure`.
 */
export function createJunitReporter({ write, fileText }: ReporterOptions): Reporter {
  return {
    end(summary) {
      write(`<?xml version="1.0" encoding="UTF-8"?>\n${suites(summary, fileText)}\n`);
    },
  };
}

type FileText = ReporterOptions['fileText'];

function suites({ results, startedAt, durationMs }: RunSummary, fileText: FileText): string {
  const groups = [...Map.groupBy(results, ({ functionName }) => functionName ?? 'no function')];
  return element(
    'testsuites',
    { name: 'llx smoke', ...counts(results), time: seconds(durationMs) },
    groups.map(([name, cases]) =>
      element(
        'testsuite',
        { name, ...counts(cases), skipped: totalsOf(cases).skipped, ...times(cases, startedAt) },
        cases.map((result) => testCase(result, name, fileText)),
      ),
    ),
  );
}

function counts(results: readonly CaseResult[]) {
  const failed = results.filter(({ status }) => status === 'failed');
  const errors = failed.filter(isError).length;
  return { tests: results.length, failures: failed.length - errors, errors };
}

/** It is not known when a suite began: several run at once. */
function times(results: readonly CaseResult[], startedAt: number) {
  const sum = results.reduce((all, { durationMs }) => all + durationMs, 0);
  // Without a zone, in UTC: that is what schemas of JUnit's format take.
  return { time: seconds(sum), timestamp: new Date(startedAt).toISOString().slice(0, 19) };
}

function isError({ observed }: CaseResult): boolean {
  return observed === undefined;
}

function testCase(result: CaseResult, suite: string, fileText: FileText): string {
  const { name, durationMs, status } = result;
  const attributes = { name, classname: suite, time: seconds(durationMs) };
  if (status === 'skipped') return element('testcase', attributes, [element('skipped', {}, [])]);
  if (status === 'failed') return element('testcase', attributes, failureElements(result, fileText));
  const notes = isFlaky(result) ? [element('system-out', {}, [`passed at try ${result.attempts}`])] : [];
  return element('testcase', attributes, notes);
}

function failureElements(result: CaseResult, fileText: FileText): readonly string[] {
  const { mismatches, observed } = result;
  const details = {
    message: failureSummary(result),
    type: observed?.error?.errorType ?? mismatches[0]?.part ?? 'problem',
  };
  const text = escaped([fileText(result.file), '', ...failureDetails(result, { fileText })].join('\n'));
  const logs = observed?.logs.slice(-LOG_LINES) ?? [];
  return [
    element(isError(result) ? 'error' : 'failure', details, [text]),
    ...(logs.length === 0 ? [] : [element('system-out', {}, [escaped(logs.join('\n'))])]),
  ];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** @param content elements, or text that has been escaped */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: readonly string[],
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const opened = `<${name}${written.join('')}`;
  return content.length === 0 ? `${opened}/>` : `${opened}>${content.join('\n')}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** XML 1.0 can hold no other controls, not even as a reference (https://www.w3.org/TR/xml/#charsets): they are shown. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, (character) =>
        character < ' ' ? String.fromCharCode(0x2400 + character.charCodeAt(0)) : '\ufffd',
      )
      // On stdout the runner of GitHub Actions would obey a line that begins so.
      .replace(/^([^\S\n]*):(?=:)/gm, '$1&#58;')
  );
}
