import { randomUUID } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { createGithubReporter } from '../../smoke/reporters/github.ts';
import { createJsonReporter } from '../../smoke/reporters/json.ts';
import { createJunitReporter } from '../../smoke/reporters/junit.ts';
import { createPrettyReporter } from '../../smoke/reporters/pretty.ts';
import type { Reporter, ReporterOptions } from '../../smoke/reporters/reporter.ts';
import { createTapReporter } from '../../smoke/reporters/tap.ts';
import type { PlannedReport } from './report-plan.ts';
import { fileSink, type ReportSink, streamSink } from './report-sink.ts';

/** What of the process decides about reports. */
export type ReportSurroundings = {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
};

/** All reports of one run, as one. */
export type Reports = Required<Reporter> & {
  /** Everything has been written. Once. */
  close(): Promise<void>;
};

/** @throws LlxError LLX_REPORT_UNWRITABLE */
export async function openReports(
  plan: readonly PlannedReport[],
  surroundings: ReportSurroundings,
  { verbose }: { readonly verbose: boolean },
): Promise<Reports> {
  const sinks: ReportSink[] = [];
  const reporters: Reporter[] = [];
  for (const report of plan) {
    const sink = await openSink(report, surroundings);
    sinks.push(sink);
    reporters.push(createReporter(report, sink, surroundings, verbose));
  }
  return {
    begin(facts) {
      for (const one of reporters) one.begin?.(facts);
    },
    result(result) {
      for (const one of reporters) one.result?.(result);
    },
    end(summary) {
      for (const one of reporters) one.end(summary);
    },
    async close() {
      for (const sink of sinks) await sink.close();
    },
  };
}

async function openSink({ to }: PlannedReport, { stdout, stderr }: ReportSurroundings): Promise<ReportSink> {
  if (to === 'stdout') return streamSink(stdout);
  if (to === 'stderr') return streamSink(stderr);
  return await fileSink(to.file);
}

function createReporter(
  { name, to }: PlannedReport,
  { write }: ReportSink,
  { stdout, env, directory }: ReportSurroundings,
  verbose: boolean,
): Reporter {
  const options: ReporterOptions = { write, fileText: (file) => fileText(file, directory) };
  switch (name) {
    case 'junit':
      return createJunitReporter(options);
    case 'json':
      return createJsonReporter(options);
    case 'tap':
      return createTapReporter(options);
    case 'github':
      // Annotations find their file from the root of the repository.
      return createGithubReporter({
        write,
        fileText: (file) => fileText(file, env.GITHUB_WORKSPACE ?? directory),
      });
    case 'pretty': {
      const terminal = to === 'stdout' && stdout.isTTY === true;
      return createPrettyReporter({
        ...options,
        verbose,
        colour: to === 'stdout' && hasColour(stdout, env),
        live: terminal && env.CI === undefined,
        ...(env.GITHUB_ACTIONS === 'true' ? { guard: stopCommands() } : {}),
      });
    }
    default: {
      const unhandled: never = name;
      return unhandled;
    }
  }
}

/** GitHub's log shows colours, and is no terminal. */
function hasColour({ isTTY }: NodeJS.WriteStream, env: ReportSurroundings['env']): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  return isTTY === true || env.GITHUB_ACTIONS === 'true' || (env.FORCE_COLOR ?? '0') !== '0';
}

/**
 * What a handler prints could be a workflow command (`::add-mask::…`). Between these the runner obeys none:
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions#stopping-and-starting-workflow-commands
 */
function stopCommands() {
  const token = randomUUID();
  return { open: `::stop-commands::${token}`, close: `::${token}::` };
}

function fileText(file: string, directory: string): string {
  const path = relative(directory, file);
  return (path.startsWith('..') || isAbsolute(path) ? file : path).replaceAll(sep, '/');
}
