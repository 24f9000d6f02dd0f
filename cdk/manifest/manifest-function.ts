import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { IConstruct } from 'constructs';
import type {
  Bundling,
  EventSource,
  ManifestFunction,
  SourceEntry,
  StackPlace,
} from '../../src/manifest/manifest.ts';
import type { Assets } from './assets.ts';
import { externalsOf } from './bundle-entry.ts';
import { findEntry, handlerFile } from './source-entry.ts';
import { items, members, possibleTexts, references, type Template, text } from './template.ts';

/** A function's resource, with what surrounds it in its synthesized template. */
export type DeployedResource = {
  readonly construct: IConstruct;
  readonly logicalId: string;
  readonly stack: StackPlace;
  readonly template: Template;
  /** Of its stack, absolute. */
  readonly assetManifest: string;
  readonly sources: readonly EventSource[];
};

export type ManifestSurroundings = {
  /** The cloud assembly's folder, absolute. */
  readonly outdir: string;
  /** The folder of the synth, absolute. */
  readonly root: string;
  readonly assets: Assets;
  readonly entries: Readonly<Record<string, string>>;
  /** By construct path or id. */
  readonly bundling: Readonly<Record<string, Bundling>>;
  /** By construct path: entries that were found before. */
  readonly before: ReadonlyMap<string, SourceEntry>;
};

/** Lambda's defaults. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html */
const DEFAULT_TIMEOUT = 3;
const DEFAULT_MEMORY = 128;

/** What the manifest says of a function, or undefined for one that no Node.js runtime runs. */
export function manifestFunction(
  deployed: DeployedResource,
  { outdir, root, assets, entries, bundling, before }: ManifestSurroundings,
): ManifestFunction | undefined {
  const { construct, logicalId, stack, template, assetManifest, sources } = deployed;
  const { properties = {} } = template.resources.get(logicalId) ?? {};
  // Runtime.NODEJS_LATEST, the default of NodejsFunction, is looked up by region where it is not the same everywhere.
  const runtime = [...possibleTexts(properties.Runtime, template)].sort().at(-1);
  if (runtime === undefined || !runtime.startsWith('nodejs')) return undefined;
  const path = pathOf(construct);
  const { environment, unresolved } = environmentOf(properties.Environment);
  const { LLX_HANDLER: original, ...own } = environment;
  const handler = original ?? text(properties.Handler) ?? 'index.handler';
  const physicalName = text(properties.FunctionName);
  const id = path.slice(path.lastIndexOf('/') + 1);
  const key = members(properties.Code).S3Key;
  const staged = assets.staged(key, assetManifest);
  const source = assets.source(key);
  const found = findEntry({
    resource: construct,
    path,
    id,
    handler,
    root,
    staged,
    source,
    entries,
    before: before.get(path),
  });
  const external = 'entry' in found && found.entry.foundBy !== 'asset' ? externals(staged, handler) : [];
  return {
    path,
    logicalId,
    stack,
    ...(physicalName === undefined ? {} : { physicalName }),
    name: physicalName ?? generatedName(stack, logicalId),
    handler,
    runtime,
    timeout: numberOf(properties.Timeout, DEFAULT_TIMEOUT),
    memory: numberOf(properties.MemorySize, DEFAULT_MEMORY),
    environment: withoutStub(own),
    unresolved: unresolved.filter((name) => !name.startsWith('LLX_')),
    ...found,
    ...bundlingOf(external, bundling[path] ?? bundling[id]),
    ...(staged === undefined || staged === source ? {} : { asset: slashed(relative(outdir, staged)) }),
    layers: layersOf(properties.Layers, deployed, assets).map((one) =>
      one.startsWith('arn:') ? one : slashed(relative(outdir, one)),
    ),
    sources,
    live: original !== undefined,
  };
}

/** What is found of it, and what the app says of it. */
function bundlingOf(
  external: readonly string[],
  given: Bundling | undefined,
): Pick<ManifestFunction, 'bundling'> {
  const bundling = { ...(external.length === 0 ? {} : { external }), ...given };
  return Object.keys(bundling).length === 0 ? {} : { bundling };
}

/** Of an L2 construct the resource is a child that nobody names. */
function pathOf({ node }: IConstruct): string {
  return node.id === 'Resource' && node.scope !== undefined ? node.scope.node.path : node.path;
}

function environmentOf(environment: unknown) {
  const variables = Object.entries(members(members(environment).Variables));
  return {
    environment: Object.fromEntries(
      variables.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : [])),
    ) as Readonly<Record<string, string>>,
    unresolved: variables.filter(([, value]) => typeof value !== 'string').map(([name]) => name),
  };
}

function withoutStub(environment: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('LLX_')));
}

/**
 * As CloudFormation makes names, without its random end: the stack, the nested stacks, the logical id, and of what is
 * too long the beginning. The logical id ends with a hash of the construct's path, so that part stays.
 */
function generatedName({ name, nested = [] }: StackPlace, logicalId: string): string {
  const whole = [name, ...nested, logicalId].join('-');
  if (whole.length <= 64) return whole;
  const end = logicalId.slice(-32);
  return `${whole.slice(0, 64 - end.length - 1)}-${end}`;
}

function externals(staged: string | undefined, handler: string): readonly string[] {
  const file = staged && handlerFile(staged, handler.slice(0, handler.lastIndexOf('.')));
  return file ? externalsOf(file) : [];
}

/** ARNs that are known, and absolute folders of layers of the same template; the stub is no layer of the function's. */
function layersOf(
  layers: unknown,
  { template, assetManifest }: DeployedResource,
  assets: Assets,
): readonly string[] {
  return items(layers).flatMap((layer) => {
    const arn = text(layer);
    if (arn !== undefined) return [arn];
    return references(layer).flatMap((id) => {
      const { properties = {} } = template.resources.get(id) ?? {};
      const folder = assets.staged(members(properties.Content).S3Key, assetManifest);
      return folder === undefined || existsSync(join(folder, 'llx', 'index.mjs')) ? [] : [folder];
    });
  });
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}
