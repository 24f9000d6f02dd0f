import { dirname, resolve } from 'node:path';
import type { IamConfig } from '../emulator/identity/iam-config.ts';
import { LlxError } from '../errors/llx-error.ts';
import { partitionOf } from '../protocol/partition.ts';
import type { FunctionSpec } from '../runtime/invocation.ts';
import { checkConfig } from './configuration/check-config.ts';
import { findConfigFile, readConfigFile } from './configuration/config-file.ts';
import type { FunctionConfig } from './configuration/llx-config.ts';

/** A function, and the handler that plays its deployed code offline: absent, it is `handler` itself. */
export type ConfiguredFunction = FunctionSpec & {
  readonly deployed?: string;
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
  /** At least one, in the order in which they are written. */
  readonly functions: readonly ConfiguredFunction[];
  /** May not exist. */
  readonly fixtureDirectory: string;
  readonly lane: string;
  /** Who exists in the emulator. */
  readonly iam?: IamConfig;
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

/**
 * Finds the project's configuration in a folder or above it, loads and checks it.
 *
 * @param options.llxEntry absolute path of the running llx's own entry: what `import … from 'llx'` means in a
 * configuration whose project has no copy of llx.
 * @throws LlxError LLX_CONFIG_MISSING, or LLX_CONFIG_INVALID with all that is wrong.
 */
export async function loadConfiguration(
  directory: string,
  { llxEntry }: { readonly llxEntry: string },
): Promise<Configuration> {
  const file = findConfigFile(resolve(directory));
  if (file === undefined) throw missing(directory);
  return toConfiguration(file, await readConfigFile(file, llxEntry));
}

/**
 * Checks what a configuration file exports and fills in the defaults.
 *
 * @param file absolute.
 * @throws LlxError LLX_CONFIG_INVALID with all that is wrong.
 */
export function toConfiguration(file: string, written: unknown): Configuration {
  const { config, problems } = checkConfig(written);
  if (problems.length > 0) throw invalid(file, problems);
  const root = dirname(file);
  const region = config.region ?? DEFAULTS.region;
  const account = config.account ?? DEFAULTS.account;
  return {
    file,
    root,
    region,
    account,
    written: {
      ...(config.region === undefined ? {} : { region }),
      ...(config.account === undefined ? {} : { account }),
    },
    functions: Object.entries(config.functions).map(([name, one]) =>
      toFunction(name, functionArn({ region, account }, name), root, one),
    ),
    fixtureDirectory: resolve(root, config.fixtures ?? DEFAULTS.fixtures),
    lane: config.lane ?? DEFAULTS.lane,
    ...(config.iam === undefined ? {} : { iam: config.iam }),
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
  const { handler, deployed, bundling, role } = config;
  return {
    name,
    arn,
    handler,
    runtime: config.runtime ?? DEFAULTS.runtime,
    timeoutMs: (config.timeout ?? DEFAULTS.timeout) * 1000,
    memoryMb: config.memory ?? DEFAULTS.memory,
    environment: config.environment ?? {},
    root,
    code: 'source',
    ...(bundling === undefined ? {} : { bundling }),
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

function invalid(file: string, problems: readonly string[]): LlxError {
  const found = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new LlxError('LLX_CONFIG_INVALID', {
    message: `Expected a valid configuration in ${file}, found ${found}:\n${problems.map((one) => `  ${one}`).join('\n')}`,
    mend: 'All keys with their defaults are in docs/configuration.md.',
  });
}
