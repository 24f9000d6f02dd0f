import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isLlxError } from '../errors/llx-error.ts';
import type { Manifest, ManifestFunction } from '../manifest/manifest.ts';
import { readManifest } from '../manifest/read-manifest.ts';
import { withBuildService } from '../runtime/builder/build-service.ts';
import type { SynthesizedApp } from './configuration/app-functions.ts';

export type AppWatch = {
  /** Resolves when changes are seen. */
  readonly ready: Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
};

/**
 * Watches a CDK app while its functions run here: a change of the app itself, or a synth that gave another template,
 * counts only after a deployment, which nobody does by saving a file. Handler sources are not the app's.
 *
 * @param onNotice told which stacks a change is about, with the command that deploys them.
 */
export function watchApp(app: SynthesizedApp, onNotice: (text: string) => void): AppWatch {
  const changed = new Set<string>();
  let known = snapshot(app, app.manifest);
  let closing: Promise<void> | undefined;
  const started = start();
  const ready = Promise.all([started.then((one) => one.ready), known]).then(() => undefined);
  // Whoever waits for it is told; a session does without.
  ready.catch(() => undefined);
  return {
    ready,
    close() {
      closing ??= started.then(
        ({ watcher }) => watcher.close(),
        () => undefined,
      );
      return closing;
    },
  };

  async function start() {
    const [{ watch }, inputs] = await Promise.all([import('chokidar'), appInputs(app)]);
    const watcher = watch([...inputs, app.manifestFile], { ignoreInitial: true });
    watcher.on('all', (_event, file) => {
      if (resolve(file) !== app.manifestFile) return appChanged(file);
      known = known.then(synthesized, synthesized.bind(undefined, undefined));
    });
    watcher.on('error', (error) => onNotice(`The CDK app is not watched: ${String(error)}`));
    // In the same turn: it is said once. The watcher is closed whether it came or not.
    return { watcher, ready: new Promise<void>((done) => watcher.once('ready', done)) };
  }

  function appChanged(file: string): void {
    // Once: until the next synth nothing new is to be said of it.
    if (changed.has(file)) return;
    changed.add(file);
    const stacks = [...new Set(app.manifest.stacks.map(({ path }) => path))];
    onNotice(`${relative(app.folder, file)} of the CDK app changed. To deploy it: ${deploy(stacks)}`);
  }

  async function synthesized(before: Snapshot | undefined): Promise<Snapshot> {
    changed.clear();
    const manifest = await readManifest(app).catch((error: unknown) => {
      // Half written: its last write is another event.
      if (isLlxError(error)) return undefined;
      throw error;
    });
    if (manifest === undefined) return before ?? new Map();
    const after = await snapshot(app, manifest);
    for (const [stack, now] of after) {
      const then = before?.get(stack);
      // With stubs and without, the templates differ by design: that is no change of the developer's.
      if (then === undefined || then.live !== now.live || isDeepStrictEqual(then, now)) continue;
      const restart = isDeepStrictEqual(then.functions, now.functions)
        ? ''
        : ' Its functions run here with their new settings after a restart of llx.';
      onNotice(
        `The stack ${stack} was synthesized anew and differs.${restart} To deploy it: ${deploy([stack])}`,
      );
    }
    return after;
  }
}

/** By the path of a stack: what a synth made of it. */
type Snapshot = ReadonlyMap<
  string,
  {
    readonly templates: readonly string[];
    readonly live: boolean;
    readonly functions: readonly Omit<ManifestFunction, 'asset'>[];
  }
>;

async function snapshot({ manifestFile }: SynthesizedApp, manifest: Manifest): Promise<Snapshot> {
  const paths = [...new Set(manifest.stacks.map(({ path }) => path))];
  const stacks = paths.map(async (path) => {
    const files = manifest.stacks.filter((one) => one.path === path).map(({ template }) => template);
    const templates = await Promise.all(files.map((file) => hashOf(join(dirname(manifestFile), file))));
    const own = manifest.functions.filter(({ stack }) => stack.path === path);
    // Another package is what a change of a handler's source makes: it runs here already.
    const functions = own.map(({ asset: _, ...rest }) => rest);
    return [path, { templates, live: own.some(({ live }) => live), functions }] as const;
  });
  return new Map(await Promise.all(stacks));
}

/** Of the template without hashes of code, in the places of assets and the ids of versions: for the same reason. */
async function hashOf(file: string): Promise<string> {
  const template = await readFile(file, 'utf8').catch(() => '');
  return createHash('sha256')
    .update(template.replaceAll(/[0-9a-f]{32,64}/g, ''))
    .digest('hex');
}

/** The app's own program and what it imports, packages aside; cdk.json decides about it, too. */
async function appInputs({ cdkJson, manifestFile, manifest }: SynthesizedApp): Promise<readonly string[]> {
  const settings = cdkJson === undefined ? [] : [cdkJson];
  if (manifest.app === undefined) return settings;
  const root = resolve(dirname(manifestFile), manifest.root);
  const program = resolve(root, manifest.app);
  try {
    const { metafile } = await withBuildService(({ build }) =>
      build({
        absWorkingDir: root,
        entryPoints: [program],
        bundle: true,
        packages: 'external',
        platform: 'node',
        write: false,
        metafile: true,
        outdir: '.',
        logLevel: 'silent',
      }),
    );
    const handlers = new Set(manifest.functions.map(({ entry }) => entry && resolve(root, entry.file)));
    const inputs = Object.keys(metafile.inputs).map((input) => resolve(root, input));
    return [...settings, ...inputs.filter((file) => !handlers.has(file))];
  } catch {
    // Its program may be in a language of its own, or not build at the moment: the next synth says what changed.
    return [...settings, program];
  }
}

function deploy(stacks: readonly string[]): string {
  return `npx cdk deploy ${stacks.join(' ')} -c llx=true`;
}
