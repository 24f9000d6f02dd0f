import { existsSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import type { IamConfig } from '../emulator/identity/iam-config.ts';
import type { ConfiguredTopicRule } from '../emulator/iot/rules/topic-rule.ts';
import { LlxError } from '../errors/llx-error.ts';
import type { RecordConfig } from '../fixtures/record/record-config.ts';
import type { ApisConfig } from '../manifest/api-config.ts';
import { type CdkApp, findCdkApp } from '../manifest/find-cdk-app.ts';
import { partitionOf } from '../protocol/partition.ts';
import type { FunctionSpec } from '../runtime/invocation.ts';
import {
  appFunctions,
  type Deployment,
  onlyPlace,
  type StagedPackage,
  type SynthesizedApp,
} from './configuration/app-functions.ts';
import { toBundling } from './configuration/bundling.ts';
import { checkConfig } from './configuration/check-config.ts';
import { findConfigFile, readConfigFile } from './configuration/config-file.ts';
import type { FunctionConfig } from './configuration/llx-config.ts';
import { topicRules } from './configuration/topic-rules.ts';

/** A function, and the handler that plays its deployed code offline: absent, it is `handler` itself. */
export type ConfiguredFunction = FunctionSpec & {
  readonly deployed?: string;
  /** Of a CDK app: what plays its deployed code offline where `deployed` is absent. */
  readonly package?: StagedPackage;
  /** Of a CDK app: where its physical name is found. */
  readonly deployment?: Deployment;
  /** Name or ARN of its role in the emulator. */
  readonly role?: string;
};

/** A project, as its configuration says; every default filled in, every path absolute. */
export type Configuration = {
  readonly file: string;
  /** The folder of `file`: handlers and fixtures are relative to it. */
  readonly root: string;
  readonly region: string;
  readonly account: string;
  /** What of the two the file says itself. */
  readonly written: { readonly region?: string; readonly account?: string };
  /** In the order in which they are written. None only where there is no project. */
  readonly functions: readonly ConfiguredFunction[];
  /** May not exist. */
  readonly fixtureDirectory: string;
  readonly lane: string;
  /** Who exists in the emulator. */
  readonly iam?: IamConfig;
  /** In front of the functions, in the emulator. */
  readonly apis?: ApisConfig;
  /** IoT rules of the emulator. */
  readonly topicRules?: readonly ConfiguredTopicRule[];
  /** How invocations become fixtures. */
  readonly record?: RecordConfig;
  /** The CDK app that the functions come from. */
  readonly app?: SynthesizedApp;
  /** What the developer should know of it: functions that cannot run here. */
  readonly notices?: readonly string[];
};

const DEFAULTS = {
  region: 'us-east-1',
  account: '000000000000',
  fixtures: 'fixtures/events',
  lane: 'default',
  runtime: 'nodejs24.x',
  timeout: 3,
  memory: 128,
} as const;

/** To be pasted. */
const MINIMAL = `export default {
  functions: {
    hello: { handler: 'src/hello.handler' },
  },
};`;

/** What a project is made of: a configuration file, a CDK app, or both in one folder. Paths are absolute. */
export type Project = {
  readonly file?: string;
  readonly app?: CdkApp;
  /** Beside the file. It has no manifest, and may be there for other things than llx. */
  readonly unsynthesized?: CdkApp;
};

/** The project of a folder, in it or above it: whichever of the two is nearer, and both where they are in one folder. */
export function findProject(directory: string): Project {
  const file = findConfigFile(resolve(directory));
  const app = findCdkApp(directory);
  if (app === undefined) return file === undefined ? {} : { file };
  if (file === undefined) return { app };
  if (dirname(file).startsWith(`${app.folder}${sep}`)) return { file };
  const isSynthesized = existsSync(app.manifestFile);
  if (dirname(file) !== app.folder) return isSynthesized ? { app } : { file };
  return isSynthesized ? { file, app } : { file, unsynthesized: app };
}

/** Whether a configuration file means the functions of a CDK app: beside one it is valid, alone it is not. */
export async function needsApp(file: string, { llxEntry }: { readonly llxEntry: string }): Promise<boolean> {
  const written = await readConfigFile(file, llxEntry);
  return checkConfig(written).problems.length > 0 && checkConfig(written, true).problems.length === 0;
}

/**
 * Finds the project of a folder and loads it. Where there is a CDK app, the file's settings go over the app's functions.
 *
 * @param options.llxEntry absolute path of the running llx's own entry: what `import … from 'llx'` means in a
 * configuration whose project has no copy of llx.
 * @throws LlxError LLX_CONFIG_MISSING, LLX_CONFIG_INVALID, LLX_MANIFEST_* or LLX_ENTRY_MISSING, with all that is wrong.
 */
export async function loadConfiguration(
  directory: string,
  { llxEntry }: { readonly llxEntry: string },
): Promise<Configuration> {
  const { file, app } = findProject(directory);
  const written = file === undefined ? {} : await readConfigFile(file, llxEntry);
  if (app !== undefined) {
    // Loaded where there is one: a start without a CDK app needs none of it.
    const { readManifest } = await import('../manifest/read-manifest.ts');
    return toConfiguration(file ?? app.manifestFile, written, { ...app, manifest: await readManifest(app) });
  }
  if (file === undefined) throw missing(directory);
  return toConfiguration(file, written);
}

/** What an emulator starts with where there is no project: its functions are deployed through the API. */
export function withoutProject(directory: string): Configuration {
  const root = resolve(directory);
  const { region, account, lane } = DEFAULTS;
  return {
    file: root,
    root,
    region,
    account,
    written: {},
    functions: [],
    fixtureDirectory: resolve(root, DEFAULTS.fixtures),
    lane,
  };
}

/** Whether two mean the same function, whose name may be another in AWS than offline. */
export function isSameFunction(one: ConfiguredFunction, other: ConfiguredFunction): boolean {
  const path = one.deployment?.path;
  return path === undefined ? one.name === other.name : path === other.deployment?.path;
}

/**
 * Checks what a configuration file exports and fills in the defaults.
 *
 * @param file absolute.
 * @param app in whose folder the file is; without a file of its own, `file` is the manifest.
 * @throws LlxError LLX_CONFIG_INVALID with all that is wrong, or LLX_ENTRY_MISSING.
 */
export function toConfiguration(file: string, written: unknown, app?: SynthesizedApp): Configuration {
  const { config, problems } = checkConfig(written, app !== undefined);
  if (problems.length > 0) throw invalid(file, problems);
  const root = app?.folder ?? dirname(file);
  const region = config.region ?? (app && onlyPlace(app.manifest, 'region'));
  const account = config.account ?? (app && onlyPlace(app.manifest, 'account'));
  const scope = { region: region ?? DEFAULTS.region, account: account ?? DEFAULTS.account };
  const ofApp = app && appFunctions(app, config.functions);
  if (ofApp !== undefined && ofApp.problems.length > 0) throw invalid(file, ofApp.problems);
  const functions = [
    ...(ofApp?.functions ?? []).map((one) => ({ ...one, arn: functionArn(scope, one.name) })),
    ...Object.entries(ofApp?.others ?? config.functions).map(([name, one]) =>
      toFunction(name, functionArn(scope, name), root, one),
    ),
  ];
  const apis = { ...app?.manifest.apis, ...config.apis };
  const names = functions.map(({ name }) => name);
  const rules = topicRules(config.iot, app?.manifest, names);
  if (functions.length === 0) throw noEntry(file, ofApp?.notices ?? []);
  return {
    file,
    root,
    ...scope,
    written: {
      ...(region === undefined ? {} : { region }),
      ...(account === undefined ? {} : { account }),
    },
    functions,
    fixtureDirectory: resolve(root, config.fixtures ?? DEFAULTS.fixtures),
    lane: config.lane ?? app?.manifest.lane ?? DEFAULTS.lane,
    ...(config.iam === undefined ? {} : { iam: config.iam }),
    ...(Object.keys(apis).length === 0 ? {} : { apis }),
    ...(rules.length === 0 ? {} : { topicRules: rules }),
    ...(config.record === undefined ? {} : { record: config.record }),
    ...(app === undefined ? {} : { app, notices: ofApp?.notices ?? [] }),
  };
}

/** The functions as they are called in another account or region than the configuration's. */
export function functionsIn<T extends FunctionSpec>(
  scope: { readonly region: string; readonly account: string },
  functions: readonly T[],
): readonly T[] {
  return functions.map((spec) => ({ ...spec, arn: functionArn(scope, spec.name) }));
}

function functionArn(
  { region, account }: { readonly region: string; readonly account: string },
  name: string,
): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${name}`;
}

function toFunction(name: string, arn: string, root: string, config: FunctionConfig): ConfiguredFunction {
  const { deployed, bundling, role } = config;
  return {
    name,
    arn,
    // Absent only beside a CDK app, in a name that is none of its functions: that is a problem by then.
    handler: config.handler ?? '',
    runtime: config.runtime ?? DEFAULTS.runtime,
    timeoutMs: (config.timeout ?? DEFAULTS.timeout) * 1000,
    memoryMb: config.memory ?? DEFAULTS.memory,
    environment: config.environment ?? {},
    root,
    code: 'source',
    ...(bundling === undefined ? {} : { bundling: toBundling(bundling, root) }),
    ...(deployed === undefined ? {} : { deployed }),
    ...(role === undefined ? {} : { role }),
  };
}

function missing(directory: string): LlxError {
  return new LlxError('LLX_CONFIG_MISSING', {
    message: `Expected llx.config.ts (or .mts, .js, .mjs, .json) in ${directory} or a folder above it, found none.`,
    mend: `Put this into llx.config.ts, with a function of yours:\n\n${MINIMAL}`,
  });
}

function noEntry(file: string, notices: readonly string[]): LlxError {
  const found = notices.length === 0 ? 'none has a Node.js runtime' : `the source of none is known`;
  return new LlxError('LLX_ENTRY_MISSING', {
    message: `Expected a function that can run here in ${file}, found that ${found}.`,
    mend:
      notices.length === 0
        ? 'llx runs functions with a Node.js runtime. If the app has some now: npx cdk synth'
        : notices.join('\n'),
  });
}

function invalid(file: string, problems: readonly string[]): LlxError {
  const found = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new LlxError('LLX_CONFIG_INVALID', {
    message: `Expected a valid configuration in ${file}, found ${found}:\n${problems.map((one) => `  ${one}`).join('\n')}`,
    mend: 'All keys with their defaults are in docs/configuration.md.',
  });
}
