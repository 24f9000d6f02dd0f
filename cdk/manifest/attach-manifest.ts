import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { attachCustomSynthesis } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { type Bundling, MANIFEST_FILE, type SourceEntry } from '../../src/manifest/manifest.ts';
import { collectManifest } from './collect-manifest.ts';
import { items, members, text } from './template.ts';

export type ManifestOptions = {
  /** @default {} */
  readonly entries?: Readonly<Record<string, string>>;
  /** By construct path or id. @default {} */
  readonly bundling?: Readonly<Record<string, Bundling>>;
  readonly lane?: string;
  /** Whether llx has nothing to do with a function's resource. @default none is */
  readonly isForeign?: (resource: IConstruct) => boolean;
  /** The folder of the synth. @default process.cwd() */
  readonly root?: string;
  /** The app's program. @default what this process was started with */
  readonly app?: string;
};

/**
 * Staged packages run offline as on Lambda, where nothing lies above them. Here the app's own package.json does: with
 * `"type": "module"` Node.js would take the CommonJS of an `index.js` for an ES module.
 */
const PACKAGE_SCOPE = '{ "private": true }\n';

/** By symbol, because an app may load two copies of this module. */
const ATTACHED = Symbol.for('llx.cdk.manifest');

/**
 * Writes the manifest into the cloud assembly at each synth of the app, whether or not something is live in it.
 *
 * The app's own `onSynthesize` is the last step of a synth: Aspects have run, and every template and asset manifest of
 * every stack, nested stack and stage is on disk. What is written there is no artifact, so the templates and
 * manifest.json stay as they are. https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.ICustomSynthesis.html
 */
export function attachManifest(scope: IConstruct, options: ManifestOptions = {}): void {
  const app = scope.node.root;
  if (!Construct.isConstruct(app)) return;
  const given: ManifestOptions[] = Reflect.get(app, ATTACHED) ?? [];
  given.push(options);
  if (given.length > 1) return;
  Object.defineProperty(app, ATTACHED, { value: given });
  attachCustomSynthesis(app, {
    onSynthesize: ({ assembly }) => {
      try {
        writeManifest(app, resolve(assembly.outdir), merged(given));
      } catch (error) {
        // A deployment must not fail for it.
        process.stderr.write(`llx: ${MANIFEST_FILE} was not written: ${String(error)}\n`);
      }
    },
  });
}

/** Of all calls: the app may be enabled a stage or a stack at a time. Of what can be but one, the first counts. */
function merged(given: readonly ManifestOptions[]): ManifestOptions {
  const entries = Object.assign({}, ...given.map((one) => one.entries).reverse());
  const bundling = Object.assign({}, ...given.map((one) => one.bundling).reverse());
  return Object.assign({}, ...given.toReversed(), { entries, bundling });
}

function writeManifest(app: IConstruct, outdir: string, options: ManifestOptions): void {
  const { entries = {}, bundling = {}, lane, isForeign = () => false, root = process.cwd() } = options;
  const file = join(outdir, MANIFEST_FILE);
  const manifest = collectManifest(app, {
    outdir,
    root: resolve(root),
    app: options.app ?? process.argv[1],
    lane,
    entries,
    bundling,
    before: entriesBefore(file),
    isForeign,
  });
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 1)}\n`);
  writeFileSync(join(outdir, 'package.json'), PACKAGE_SCOPE);
}

/** Of the synth before into the same folder, by construct path. */
function entriesBefore(file: string): ReadonlyMap<string, SourceEntry> {
  try {
    const { functions } = members(JSON.parse(readFileSync(file, 'utf8')));
    return new Map(
      items(functions).flatMap((one) => {
        const { path, entry } = members(one);
        const { file, exportName, foundBy } = members(entry);
        const isEntry =
          text(path) !== undefined && text(file) !== undefined && text(exportName) !== undefined;
        return isEntry ? [[path, { file, exportName, foundBy }] as [string, SourceEntry]] : [];
      }),
    );
  } catch {
    // The first synth, or a file of another time.
    return new Map();
  }
}
