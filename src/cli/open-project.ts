import type { CdkApp } from '../manifest/find-cdk-app.ts';
import type { SessionStore } from '../session/store.ts';
import { type Configuration, findProject, loadConfiguration, needsApp } from './configuration.ts';
import { packagePaths } from './package-paths.ts';
import { startProgress } from './progress.ts';

export type ProjectFlags = {
  /** Absent: when the CDK app is newer than its manifest. */
  readonly synth?: boolean;
};

type Opening = {
  readonly store: SessionStore;
  /** Whether there will be a screen: until then progress is shown on stderr, else by the writer. */
  readonly interactive: boolean;
  readonly signal: AbortSignal;
  /** Whether a CDK app may be run without the CDK's CLI, where that is enough offline. @default false */
  readonly withoutCdk?: boolean;
};

/** The configuration of the working directory's project; a CDK app is synthesized before, where it must be. */
export async function openProject(flags: ProjectFlags, opening: Opening): Promise<Configuration> {
  const directory = process.cwd();
  const app = await appOf(directory, flags);
  if (app !== undefined && flags.synth !== false) {
    const { staleness, synthesize } = await import('./synth.ts');
    const reason = flags.synth === true ? 'as asked' : await staleness(app, opening.withoutCdk);
    if (reason !== undefined) {
      const progress = startProgress(`cdk synth in ${app.folder}: ${reason}`, opening);
      try {
        if (!(await runsAlone(app, opening)))
          await synthesize(app, { ...opening, command: opening.withoutCdk === true ? 'smoke' : 'dev' });
      } finally {
        progress.end();
      }
    }
  }
  const configuration = await loadConfiguration(directory, { llxEntry: packagePaths.entry });
  for (const text of configuration.notices ?? []) {
    opening.store.dispatch({ type: 'notice', level: 'warning', text });
  }
  return configuration;
}

async function runsAlone(app: CdkApp, opening: Opening): Promise<boolean> {
  if (opening.withoutCdk !== true) return false;
  const { runCdkApp } = await import('./run-cdk-app.ts');
  return await runCdkApp(app, opening);
}

/** Also one that was never synthesized, where the configuration beside it has no meaning without it. */
async function appOf(directory: string, { synth }: ProjectFlags): Promise<CdkApp | undefined> {
  const { file, app, unsynthesized } = findProject(directory);
  if (app !== undefined || unsynthesized === undefined || file === undefined) return app;
  const isMeant = synth === true || (await needsApp(file, { llxEntry: packagePaths.entry }));
  return isMeant ? unsynthesized : undefined;
}
