import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { IConstruct } from 'constructs';
import { members, render, text } from './template.ts';

/** What the CDK staged for a deployment, by the hash in its name. */
export class Assets {
  /** What was given to `Code.fromAsset` and its like, absolute. */
  readonly #sources: ReadonlyMap<string, string>;

  constructor(root: IConstruct) {
    this.#sources = new Map(root.node.findAll().flatMap(stagedFrom));
  }

  /**
   * The folder that a template's place in S3 means, absolute; undefined for what is no folder, and where the synthesizer
   * names its objects by no hash.
   *
   * @param manifest absolute path of the stack's asset manifest
   */
  staged(key: unknown, manifest: string): string | undefined {
    const hash = hashIn(key);
    const path = hash === undefined ? undefined : stagedPath(manifest, hash);
    return path !== undefined && isFolder(path) ? path : undefined;
  }

  /** What it was staged from: for `NodejsFunction` the root of the project, not the folder of its entry. */
  source(key: unknown): string | undefined {
    const hash = hashIn(key);
    return hash === undefined ? undefined : this.#sources.get(hash);
  }
}

/** The construct's public properties; by their form, because an app may hold two copies of aws-cdk-lib. */
function stagedFrom(construct: IConstruct): readonly (readonly [hash: string, source: string])[] {
  if (!('assetHash' in construct && 'sourcePath' in construct)) return [];
  const { assetHash, sourcePath } = construct;
  return typeof assetHash === 'string' && typeof sourcePath === 'string'
    ? [[assetHash, resolve(sourcePath)]]
    : [];
}

function hashIn(key: unknown): string | undefined {
  return /[0-9a-f]{64}/.exec(render(key))?.[0];
}

/** https://docs.aws.amazon.com/cdk/v2/guide/deploy.html: the asset manifest, `<stack>.assets.json`. */
function stagedPath(manifest: string, hash: string): string | undefined {
  try {
    const { files } = members(JSON.parse(readFileSync(manifest, 'utf8')));
    const path = text(members(members(members(files)[hash]).source).path);
    return path && resolve(dirname(manifest), path);
  } catch {
    // Older synthesizers write none: the function then has no package that could be run.
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
