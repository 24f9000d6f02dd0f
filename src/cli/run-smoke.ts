import { resolve } from 'node:path';
import { isLlxError } from '../errors/llx-error.ts';
import { createSessionStore } from '../session/store.ts';
import type { Configuration } from './configuration.ts';
import { errorText } from './error-text.ts';
import { type Interrupt, onInterrupt } from './interrupt.ts';
import { openProject, type ProjectFlags } from './open-project.ts';
import { openReports } from './smoke/open-reports.ts';
import { type PlannedReport, planReports, type ReportFlags } from './smoke/report-plan.ts';
import { selectFixtures } from './smoke/select-fixtures.ts';
import { type SmokeRunFlags, smokeRun } from './smoke/smoke-run.ts';

export type SmokeFlags = SmokeRunFlags &
  ReportFlags &
  ProjectFlags & {
    readonly watch: boolean;
    readonly verbose: boolean;
  };

type Smoke = {
  readonly patterns: readonly string[];
  readonly flags: SmokeFlags;
  readonly plan: readonly PlannedReport[];
  readonly configuration: Configuration;
  readonly signal: AbortSignal;
};

/** `llx smoke`: gives the exit code. */
export async function runSmoke(patterns: readonly string[], flags: SmokeFlags): Promise<number> {
  const plan = planReports(flags, { githubActions: process.env.GITHUB_ACTIONS === 'true' });
  const interrupt = onInterrupt();
  try {
    const configuration = await open(flags, interrupt);
    const smoke = { patterns, flags, plan, configuration, signal: interrupt.signal };
    return flags.watch ? await watch(smoke) : await run(smoke);
  } finally {
    interrupt.dispose();
  }
}

/** Its notices go to stderr: stdout is the report's. */
async function open(flags: ProjectFlags, { signal }: Interrupt): Promise<Configuration> {
  const store = createSessionStore();
  store.onEvent((event) => {
    if (event.type === 'notice') notice(event.text);
  });
  const interactive = process.stderr.isTTY === true;
  return await openProject(flags, { store, interactive, signal, withoutCdk: true });
}

async function run({ patterns, flags, plan, configuration, signal }: Smoke): Promise<number> {
  const directory = process.cwd();
  const { shard, verbose } = flags;
  const selection = { patterns, directory, ...(shard === undefined ? {} : { shard }) };
  const cases = await selectFixtures(configuration, selection);
  const { stdout, stderr, env } = process;
  const reports = await openReports(plan, { stdout, stderr, env, directory }, { verbose });
  try {
    return await smokeRun(flags, { configuration, cases, reports, signal, onNotice: onceEach(notice) });
  } finally {
    await reports.close();
  }
}

/** Runs until it is interrupted; an empty selection, too, waits for a change. */
async function watch(smoke: Smoke): Promise<number> {
  const { configuration, plan, signal } = smoke;
  const [{ SmokeWatch }, { watchRuns }] = await Promise.all([
    import('./smoke/smoke-watch.ts'),
    import('./smoke/watch-runs.ts'),
  ]);
  const seen = await SmokeWatch.start({
    directories: [configuration.root, configuration.fixtureDirectory],
    ignored: plan.flatMap(({ to }) => (typeof to === 'string' ? [] : [resolve(to.file)])),
  });
  try {
    return await watchRuns({
      seen,
      run: () => runOrTell(smoke),
      configurationFile: configuration.file,
      root: configuration.root,
      signal,
      notice,
    });
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  } finally {
    await seen.close();
  }
}

async function runOrTell(smoke: Smoke): Promise<void> {
  try {
    await run(smoke);
  } catch (error) {
    if (!isLlxError(error) || smoke.signal.aborted) throw error;
    notice(errorText(error));
  }
}

function notice(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Each world would tell the same. */
function onceEach(tell: (text: string) => void): (text: string) => void {
  const told = new Set<string>();
  return (text) => {
    if (told.has(text)) return;
    told.add(text);
    tell(text);
  };
}
