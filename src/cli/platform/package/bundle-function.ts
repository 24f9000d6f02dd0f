import { dirname, relative, resolve, sep } from 'node:path';
import type { BuildOptions, BuildResult } from 'esbuild';
import { LlxError } from '../../../errors/llx-error.ts';
import { buildProblems, isBuildFailure, problemLine } from '../../../runtime/builder/build-problem.ts';
import { withBuildService } from '../../../runtime/builder/build-service.ts';
import { type ModuleFormat, moduleFormat } from '../../../runtime/builder/module-format.ts';
import { handlerStem } from './detect-function.ts';
import type { HandlerModule } from './handler-export.ts';
import type { PackageFile } from './package-files.ts';

export type BundleRequest = {
  /** Absolute. */
  readonly directory: string;
  /** Absolute. */
  readonly entry: string;
  /** Of Lambda: `nodejs24.x` */
  readonly runtime: string;
  /** Packages that stay imports, as those that a layer or Lambda brings. */
  readonly external: readonly string[];
};

export type FunctionBundle = {
  readonly files: readonly PackageFile[];
  /** The entry, as it is after the build. */
  readonly module: HandlerModule;
};

type Built = BuildResult<{ write: false; metafile: true }>;

/**
 * A handler with all that it imports, in one file at the entry's own place, so that what it finds by relative paths is
 * still there. Native addons come along as files.
 *
 * Rejects with LLX_BUILD_FAILED.
 */
export async function bundleFunction(request: BundleRequest): Promise<FunctionBundle> {
  const { directory, entry } = request;
  const format = await moduleFormat(entry);
  const built = await withBuildService(
    async ({ build }): Promise<Built> => await build(bundleOptions(request, format)),
  ).catch((thrown: unknown): never => {
    throw buildFailed(thrown, directory);
  });
  const [path = '', output] =
    Object.entries(built.metafile.outputs).find(([, { entryPoint }]) => entryPoint !== undefined) ?? [];
  const text = built.outputFiles.find((file) => file.path === resolve(directory, path))?.text ?? '';
  return {
    files: built.outputFiles.map(({ path, contents }) => ({
      path: relative(directory, path).split(sep).join('/'),
      content: contents,
      type: 'file',
    })),
    module: { entry, text, exports: format === 'esm' ? (output?.exports ?? []) : undefined },
  };
}

function bundleOptions({ directory, entry, runtime, external }: BundleRequest, format: ModuleFormat) {
  return {
    absWorkingDir: directory,
    entryPoints: [{ in: entry, out: handlerStem(entry) }],
    outdir: dirname(entry),
    assetNames: '[name]-[hash]',
    outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
    bundle: true,
    platform: 'node',
    target: `node${/\d+/.exec(runtime)?.[0] ?? ''}`,
    format,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    charset: 'utf8',
    metafile: true,
    write: false,
    // It may lie where the source is, when that is JavaScript itself.
    allowOverwrite: true,
    logLevel: 'silent',
    loader: { '.node': 'copy' },
    external: [...external],
    ...(format === 'esm' ? ESM_SURROUNDINGS : {}),
  } as const satisfies BuildOptions;
}

/**
 * CommonJS dependencies inside an ESM bundle call `require` and know where they are. `define` replaces free names only; a
 * module's own `const __dirname = …` stays.
 */
const ESM_SURROUNDINGS = {
  banner: {
    js: [
      "import { createRequire as __llxCreateRequire } from 'node:module';",
      'const require = __llxCreateRequire(import.meta.url),',
      '__llxFilename = import.meta.filename, __llxDirname = import.meta.dirname;',
    ].join(' '),
  },
  define: { __filename: '__llxFilename', __dirname: '__llxDirname' },
} as const;

function buildFailed(thrown: unknown, directory: string): LlxError {
  const problems = buildProblems(thrown, directory);
  return new LlxError('LLX_BUILD_FAILED', {
    message: `Expected the function to build, found:\n${problems.map((problem) => `  ${problemLine(problem, directory)}`).join('\n')}`,
    mend: 'Mend the code and deploy again. A package that a layer brings: --external NAME',
    // Of a failed build the problems are all that there is to know.
    cause: isBuildFailure(thrown) ? undefined : thrown,
  });
}
