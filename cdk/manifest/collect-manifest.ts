import { basename, join, relative, resolve } from 'node:path';
import { CfnResource, Stack, Stage, Token } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { ApisConfig } from '../../src/manifest/api-config.ts';
import {
  type Bundling,
  type EventSource,
  MANIFEST_VERSION,
  type Manifest,
  type ManifestFunction,
  type ManifestStack,
  type SourceEntry,
  type StackPlace,
} from '../../src/manifest/manifest.ts';
import { Assets } from './assets.ts';
import { eventSources } from './event-sources.ts';
import { manifestFunction } from './manifest-function.ts';
import { readTemplate, type Template } from './template.ts';
import { templateApis } from './template-apis.ts';

export type CollectOptions = {
  /** The cloud assembly's folder, absolute; its templates are written already. */
  readonly outdir: string;
  /** The folder of the synth, absolute. */
  readonly root: string;
  /** Absolute file of the app's program. */
  readonly app?: string | undefined;
  readonly lane?: string | undefined;
  readonly entries: Readonly<Record<string, string>>;
  readonly bundling: Readonly<Record<string, Bundling>>;
  readonly before: ReadonlyMap<string, SourceEntry>;
  /** Functions that llx has nothing to do with, such as the CDK's own. */
  readonly isForeign: (resource: IConstruct) => boolean;
};

type ReadStack = {
  readonly template: Template;
  readonly place: StackPlace;
  readonly assetManifest: string;
  readonly sources: ReadonlyMap<string, readonly EventSource[]>;
};

/** What a synthesized app says of its functions: read from its templates, so that no construct is left out. */
export function collectManifest(app: IConstruct, options: CollectOptions): Manifest {
  const { outdir, root } = options;
  const surroundings = { ...options, assets: new Assets(app) };
  const stacks = new Map<IConstruct, ReadStack>();
  const functions = app.node.findAll().flatMap((construct) => {
    if (!isFunction(construct) || options.isForeign(construct)) return [];
    const stack = Stack.of(construct);
    const read = stacks.get(stack) ?? readStack(stack, outdir);
    stacks.set(stack, read);
    const logicalId: unknown = stack.resolve(construct.logicalId);
    if (typeof logicalId !== 'string') return [];
    const sources = read.sources.get(logicalId) ?? [];
    const found = manifestFunction(
      { construct, logicalId, stack: read.place, ...read, sources },
      surroundings,
    );
    return found === undefined ? [] : [found];
  });
  const named = withUniqueNames(functions);
  const apis = apisOf([...stacks.values()], named);
  return {
    version: MANIFEST_VERSION,
    root: relative(outdir, root).replaceAll('\\', '/') || '.',
    ...(options.app === undefined ? {} : { app: relative(root, options.app).replaceAll('\\', '/') }),
    ...(options.lane === undefined ? {} : { lane: options.lane }),
    stacks: app.node.findAll().flatMap((one) => (Stack.isStack(one) ? [templateOf(one, outdir)] : [])),
    functions: named,
    ...(Object.keys(apis).length === 0 ? {} : { apis }),
  };
}

/** Of two with one name, in two stacks, the first one is that of the name's host. */
function apisOf(stacks: readonly ReadStack[], functions: readonly ManifestFunction[]): ApisConfig {
  const apis = stacks.flatMap(({ template, place }) =>
    Object.entries(
      templateApis(
        template,
        (logicalId) => functions.find((one) => one.stack === place && one.logicalId === logicalId)?.name,
      ),
    ),
  );
  return Object.fromEntries(apis.toReversed());
}

function isFunction(construct: IConstruct): construct is CfnResource {
  return CfnResource.isCfnResource(construct) && construct.cfnResourceType === 'AWS::Lambda::Function';
}

function templateOf(stack: Stack, outdir: string): ManifestStack {
  return {
    path: outermost(stack).node.path,
    template: relative(outdir, templateFile(stack, outdir)).replaceAll('\\', '/'),
  };
}

function readStack(stack: Stack, outdir: string): ReadStack {
  const template = readTemplate(templateFile(stack, outdir));
  const assetManifest = join(assemblyFolder(stack, outdir), `${outermost(stack).artifactId}.assets.json`);
  return { template, place: placeOf(stack), assetManifest, sources: eventSources(template) };
}

function templateFile(stack: Stack, outdir: string): string {
  return join(assemblyFolder(stack, outdir), basename(stack.templateFile));
}

/** Each stage has a folder of its own in the app's. */
function assemblyFolder(stack: Stack, outdir: string): string {
  const stage = Stage.of(stack);
  // The app's own folder may be another than it says: the CLI and the tests choose it.
  return stage?.parentStage === undefined ? outdir : resolve(stage.outdir);
}

function placeOf(stack: Stack): StackPlace {
  const top = outermost(stack);
  const nested = nestedIds(stack);
  return {
    name: top.stackName,
    path: top.node.path,
    artifact: top.artifactId,
    ...(Token.isUnresolved(top.region) ? {} : { region: top.region }),
    ...(Token.isUnresolved(top.account) ? {} : { account: top.account }),
    ...(nested.length === 0 ? {} : { nested }),
  };
}

function outermost(stack: Stack): Stack {
  return stack.nestedStackParent === undefined ? stack : outermost(stack.nestedStackParent);
}

/** The logical id of each nested stack in the one around it. */
function nestedIds(stack: Stack): readonly string[] {
  const parent = stack.nestedStackParent;
  if (parent === undefined) return [];
  const id: unknown = parent.resolve(stack.nestedStackResource?.logicalId);
  return [...nestedIds(parent), ...(typeof id === 'string' ? [id] : [])];
}

/** The same name may be given in two regions or accounts; offline there is one. */
function withUniqueNames(functions: readonly ManifestFunction[]): readonly ManifestFunction[] {
  const taken = new Set<string>();
  return functions.map((one) => {
    const { region, account } = one.stack;
    const places = [region, account].filter((place) => place !== undefined);
    const names = [one.name, ...places.map((place) => withEnd(one.name, place))];
    let name = names.find((candidate) => !taken.has(candidate));
    for (let count = 2; name === undefined; count += 1) {
      const counted = withEnd(one.name, String(count));
      if (!taken.has(counted)) name = counted;
    }
    taken.add(name);
    return { ...one, name };
  });
}

/** Lambda's names have 64 letters at most. */
function withEnd(name: string, end: string): string {
  return `${name.slice(0, 64 - end.length - 1)}-${end}`;
}
