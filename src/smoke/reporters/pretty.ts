import { printable, printableLines } from '../../session/printable.ts';
import { createStyle, type Style } from '../../session/text-style.ts';
import { durationText } from '../../session/time-text.ts';
import { type CaseResult, caseTitle, isFlaky, totalsOf } from '../case-result.ts';
import { failureDetails } from '../failure-details.ts';
import { summaryLines } from '../summary-lines.ts';
import type { Reporter, ReporterOptions, RunFacts } from './reporter.ts';

export type PrettyOptions = ReporterOptions & {
  /** @default false */
  readonly colour?: boolean;
  /** Whether a line may be written over: then it counts while the cases run. @default false */
  readonly live?: boolean;
  /** Every case, not only those that a reader has to look at. @default false */
  readonly verbose?: boolean;
  /** Put around what user code has printed: see `stopCommands`. */
  readonly guard?: { readonly open: string; readonly close: string };
};

/** Log lines of a case that failed: the last ones. */
const LOG_LINES = 50;

/** For people: a line for each function as its cases end, what failed in full, and a summary. */
export function createPrettyReporter(options: PrettyOptions): Reporter {
  const { write, colour = false, live = false, verbose = false } = options;
  const style = createStyle(colour);
  const ended = new Map<string | undefined, CaseResult[]>();
  let [count, failures] = [0, 0];
  let facts: RunFacts | undefined;

  function line(text = ''): void {
    write(`${live ? CLEAR : ''}${text}\n`);
  }

  function showCount(): void {
    if (!live || facts === undefined) return;
    const failed = failures === 0 ? '' : style('bad', `  ${failures} failed`);
    write(`${CLEAR}${count} of ${facts.total}${failed}`);
  }

  return {
    begin(begun) {
      facts = begun;
      line(style('strong', 'llx smoke') + style('faint', `  ${beginText(begun)}`));
      line();
      showCount();
    },
    result(result) {
      const { functionName, status, updated } = result;
      count += 1;
      if (status === 'failed') failures += 1;
      if (verbose || status === 'failed' || isFlaky(result) || updated) line(caseLine(result, style));
      const group = ended.get(functionName) ?? [];
      ended.set(functionName, group);
      group.push(result);
      if (facts?.functions.get(functionName) === group.length) line(functionLine(group, facts, style));
      showCount();
    },
    end(summary) {
      if (live) write(CLEAR);
      const failed = summary.results.filter(({ status }) => status === 'failed');
      if (failed.length > 0 && options.guard !== undefined) line(options.guard.open);
      for (const [index, result] of failed.entries()) {
        line();
        line(style('bad', ` FAILED ${index + 1}/${failed.length} `) + style('strong', caseTitle(result)));
        for (const one of failureLines(result, options, style)) line(one === '' ? '' : `  ${one}`);
      }
      if (failed.length > 0 && options.guard !== undefined) line(options.guard.close);
      line();
      for (const one of summaryLines(summary, style)) line(one);
    },
  };
}

/** To the beginning of the line, which is empty then. */
const CLEAR = '\r\u001b[K';

function beginText({ total, functions, shard }: RunFacts): string {
  const called = [...functions.keys()].filter((name) => name !== undefined).length;
  const part = shard === undefined ? '' : `, part ${shard.index} of ${shard.count}`;
  return `${counted(total, 'case')} of ${counted(called, 'function')}${part}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function caseLine(result: CaseResult, style: Style): string {
  const { status, durationMs, attempts, updated } = result;
  const mark = { passed: style('good', '✓'), failed: style('bad', '✗'), skipped: style('faint', '-') }[
    status
  ];
  const notes = [
    ...(status === 'skipped' ? ['skipped'] : attempts === 0 ? ['did not run'] : [durationText(durationMs)]),
    ...(attempts > 1 ? [`tried ${attempts} times`] : []),
    ...(updated ? ['written'] : []),
  ];
  return `${mark} ${caseTitle(result)}${style('faint', `  ${notes.join(', ')}`)}`;
}

function functionLine(cases: readonly CaseResult[], { functions }: RunFacts, style: Style): string {
  const names = [...functions.keys()].map(functionText);
  const width = Math.max(...names.map((name) => name.length));
  const { passed, failed, skipped } = totalsOf(cases);
  const mark = failed > 0 ? style('bad', '✗') : skipped > 0 ? style('faint', '-') : style('good', '✓');
  const parts = [
    ...(failed === 0 ? [] : [style('bad', `${failed} failed`)]),
    ...(passed === 0 ? [] : [`${passed} passed`]),
    ...(skipped === 0 ? [] : [style('faint', `${skipped} skipped`)]),
  ];
  const name = functionText(cases[0]?.functionName).padEnd(width);
  return `${mark} ${style('strong', name)}  ${parts.join(', ')}`;
}

function functionText(name: string | undefined): string {
  return name === undefined ? 'no function' : printable(name);
}

function failureLines(result: CaseResult, { fileText }: ReporterOptions, style: Style): readonly string[] {
  const logs = result.observed?.logs.filter(isOwn).map(withoutPrefix).flatMap(printableLines) ?? [];
  const left = logs.length - LOG_LINES;
  return [
    style('faint', printable(fileText(result.file))),
    '',
    ...failureDetails(result, { fileText, style }),
    ...(logs.length === 0 ? [] : ['', style('faint', 'what it printed')]),
    ...(left > 0 ? [style('faint', `│ … ${left} lines before these`)] : []),
    ...logs.slice(-LOG_LINES).map((text) => `${style('faint', '│')} ${text}`),
  ];
}

/** What Node's runtime puts before a line: time and request id say nothing where one invocation is shown alone. */
const PREFIX = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z\t[0-9a-f-]{36}\t([A-Z]+)\t/;

function withoutPrefix(text: string): string {
  return text.replace(PREFIX, (_prefix, level: string) => `${level.padEnd(5)} `);
}

/** Node's runtime prints the error that a handler threw: it is shown above already. */
function isOwn(text: string): boolean {
  return !/^\S+\t\S+\tERROR\tInvoke Error \t/.test(text);
}
