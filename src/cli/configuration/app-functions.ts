import { join, resolve } from 'node:path';
import { memberPath } from '../../checks/check.ts';
import { didYouMean } from '../../checks/near-miss.ts';
import type { CdkApp } from '../../manifest/find-cdk-app.ts';
import type { Manifest, ManifestFunction, StackPlace } from '../../manifest/manifest.ts';
import type { FunctionSpec } from '../../runtime/invocation.ts';
import { toBundling } from './bundling.ts';
import { isFunctionName } from './check-config.ts';
import type { FunctionConfig } from './llx-config.ts';

/** A CDK app with its manifest. */
export type SynthesizedApp = CdkApp & { readonly manifest: Manifest };

/** Where CloudFormation has a function, whose physical name only a deployment knows. */
export type Deployment = {
  /** The construct's path. */
  readonly path: string;
  readonly logicalId: string;
  readonly physicalName?: string;
  readonly stack: StackPlace;
};

/** A package as it was staged for the deployment: a folder, and the handler in it. */
export type StagedPackage = { readonly root: string; readonly handler: string };

/** A function of a CDK app; its ARN depends on where it is called. */
export type AppFunction = Omit<FunctionSpec, 'arn'> & {
  readonly deployment: Deployment;
  readonly package?: StagedPackage;
  readonly deployed?: string;
  readonly role?: string;
};

export type AppFunctions = {
  readonly functions: readonly AppFunction[];
  /** Of each function that cannot run here: why, and what to do. */
  readonly notices: readonly string[];
  /** What the configuration says of functions that are not the app's. */
  readonly others: Readonly<Record<string, FunctionConfig>>;
  /** Of the configuration: what is neither the app's nor could be a function of its own. */
  readonly problems: readonly string[];
};

/**
 * The functions of an app, each with what the configuration beside it says: that wins, and a handler in it is the
 * source.
 *
 * @param configured by name, construct path or construct id.
 */
export function appFunctions(
  app: SynthesizedApp,
  configured: Readonly<Record<string, FunctionConfig>>,
): AppFunctions {
  const notices: string[] = [];
  const used = new Set<string>();
  const functions = app.manifest.functions.flatMap((one) => {
    const key = [one.path, one.name, idOf(one)].find((name) => Object.hasOwn(configured, name));
    if (key !== undefined) used.add(key);
    const config = (key === undefined ? undefined : configured[key]) ?? {};
    const found = toAppFunction(one, config, app);
    if (found === undefined) notices.push(one.problem ?? `The source of ${one.path} is not known.`);
    return found ?? [];
  });
  const others = Object.entries(configured).filter(([name]) => !used.has(name));
  const ids = app.manifest.functions.map(idOf);
  const problems = others
    .filter(([name, { handler }]) => handler === undefined || !isFunctionName(name))
    .map(
      ([name]) =>
        `${memberPath('functions', name)}: expected a function of the CDK app (${ids.join(', ')}) or a handler, found neither.${didYouMean(name, ids)}`,
    );
  return { functions, notices, others: Object.fromEntries(others), problems };
}

/** The region or the account that the app's functions have, where they agree. */
export function onlyPlace(manifest: Manifest, key: 'region' | 'account'): string | undefined {
  const [first, ...more] = new Set(manifest.functions.flatMap(({ stack }) => stack[key] ?? []));
  return more.length === 0 ? first : undefined;
}

function toAppFunction(
  one: ManifestFunction,
  config: FunctionConfig,
  { folder, manifestFile, manifest }: SynthesizedApp,
): AppFunction | undefined {
  const { path, logicalId, physicalName, stack, entry, asset } = one;
  const outdir = join(manifestFile, '..');
  const root = resolve(outdir, manifest.root);
  const source =
    config.handler === undefined
      ? entry && { root, handler: `${entry.file}.${entry.exportName}` }
      : { root: folder, handler: config.handler };
  if (source === undefined) return undefined;
  const bundling = { ...toBundling(one.bundling, root), ...toBundling(config.bundling, folder) };
  return {
    name: one.name,
    ...source,
    runtime: config.runtime ?? one.runtime,
    timeoutMs: (config.timeout ?? one.timeout) * 1000,
    memoryMb: config.memory ?? one.memory,
    environment: { ...one.environment, ...config.environment },
    code: 'source',
    ...(Object.keys(bundling).length === 0 ? {} : { bundling }),
    deployment: { path, logicalId, stack, ...(physicalName === undefined ? {} : { physicalName }) },
    ...(config.deployed === undefined ? {} : { deployed: config.deployed }),
    ...(config.role === undefined ? {} : { role: config.role }),
    ...(asset === undefined ? {} : { package: { root: resolve(outdir, asset), handler: one.handler } }),
  };
}

function idOf({ path }: ManifestFunction): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
