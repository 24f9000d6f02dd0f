/**
 * Makes `dist/`: the program in ESM chunks (Ink and the AWS SDK load only when used), and the files that run in
 * processes of their own. `npm ci` runs it (`prepare`).
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { builtinModules, createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { dockerWithoutBuilds } from './docker-plugin.ts';
import { terminalWidths } from './terminal-width-plugin.ts';
import { yogaWithoutFetch } from './yoga-plugin.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

// What CommonJS dependencies require beside Node's own modules (optional ones, which are not there).
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Node's own modules without `import`: an ES import of a builtin reads each of its exports, getters included, and so
 * loads undici for node:http (30 ms), the promises of node:fs (5 ms), the inspector of node:util (4 ms).
 */
const builtins: Plugin = {
  name: 'builtins',
  setup({ initialOptions, onResolve, onLoad }) {
    const names = builtinModules.filter((name) => !name.startsWith('_')).join('|');
    onResolve({ filter: new RegExp(`^(node:)?(${names})$`) }, ({ path, kind, importer }) => {
      // A dynamic import of what looks like CommonJS would have no names.
      if (kind === 'dynamic-import') return { path, external: true };
      // One for each importer, which goes into its chunk: shared ones are a chunk each, to find and to read at the start.
      const suffix = initialOptions.splitting === true ? `?${relative(root, importer)}` : '';
      return { path, namespace: 'builtin', suffix };
    });
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.22',
  format: 'esm',
  // ES modules where a package has them: an `import()` of CommonJS has no names, and nothing of it is left out.
  mainFields: ['module', 'main'],
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  legalComments: 'linked',
  plugins: [builtins],
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** In the program esbuild and the device SDK stay packages: each finds its binary beside its own files. */
const program: BuildOptions = {
  ...common,
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts', testing: 'src/cli/offline-project.ts' },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  plugins: [builtins, terminalWidths, yogaWithoutFetch, dockerWithoutBuilds],
  external: [
    'esbuild',
    'aws-iot-device-sdk-v2',
    'react-devtools-core',
    'fsevents',
    'bufferutil',
    'utf-8-validate',
  ],
  banner: { js: requireBanner },
};

/** The very file that is deployed: one file, nothing but Node's own modules beside it. */
const stub: BuildOptions = {
  ...common,
  entryPoints: { index: 'src/stub/handler.ts' },
  outdir: 'dist/stub',
  outExtension: { '.js': '.mjs' },
  target: 'node22',
  minify: true,
};

const workers: BuildOptions = {
  ...common,
  entryPoints: {
    bootstrap: 'src/runtime/bootstrap/main.ts',
    'container-bootstrap': 'src/runtime/bootstrap/container-main.ts',
    'stub-host': 'src/emulator/lambda/stub-host/main.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  banner: { js: requireBanner },
};

/** `llx/cdk`. CommonJS, as most CDK apps are; the CDK is the app's own. */
const constructs: BuildOptions = {
  ...common,
  entryPoints: { index: 'cdk/index.ts' },
  outdir: 'dist/cdk',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  external: ['aws-cdk-lib', 'constructs'],
  define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
  plugins: [],
};

/** `llx/testing`. CommonJS, for tests that Jest runs; it loads the program when a project starts. */
const testing: BuildOptions = {
  ...common,
  entryPoints: { testing: 'src/testing/start-llx.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
  define: { 'import.meta.dirname': '__dirname' },
};

/** `llx/handler`, for both kinds of modules; it goes into packages of users, so each is one file without dependencies. */
const handler = (format: 'esm' | 'cjs'): BuildOptions => ({
  ...common,
  entryPoints: { index: 'src/handler/index.ts' },
  outdir: 'dist/handler',
  outExtension: { '.js': format === 'esm' ? '.mjs' : '.cjs' },
  format,
  target: 'node22',
});

/** Of `llx/testing`, by hand: the compiler would write those of the whole program. */
const TESTING_TYPES = `import type { StartProject } from './cli/offline-project/project.js' with { 'resolution-mode': 'import' };
export type {
  FixedWorld,
  Invocation,
  InvokeOptions,
  OfflineProject as Llx,
  ProjectLogLine as LogLine,
  ProjectOptions as LlxOptions,
} from './cli/offline-project/project.js' with { 'resolution-mode': 'import' };
export type { ObservedCall } from './fixtures/expect/observed.js' with { 'resolution-mode': 'import' };
/** Starts the functions of a project in this process, beside an emulator of their own. Close it. */
export declare const startLlx: StartProject;
`;

export async function buildAll(): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  const all = [program, stub, workers, constructs, testing, handler('esm'), handler('cjs')];
  await Promise.all(all.map((options) => build(options)));
  // The same module for `import`: two of them would not know what the other has made live.
  await writeFile(join(dist, 'cdk', 'index.mjs'), "export { LiveLambda } from './index.cjs';\n");
  const python = join('src', 'runtime', 'python');
  for (const part of ['bootstrap.py', 'llx_runtime']) {
    await cp(join(root, python, part), join(dist, 'python', part), {
      recursive: true,
      filter: (file) => !file.endsWith('__pycache__'),
    });
  }
  // What becomes /opt/llx: an asset is a folder.
  await mkdir(join(dist, 'layer', 'llx'), { recursive: true });
  await cp(join(dist, 'stub', 'index.mjs'), join(dist, 'layer', 'llx', 'index.mjs'));
}

/** Declarations of the package's entries, for `llx.config.ts` and for CDK apps. */
async function declarations(): Promise<void> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  for (const project of ['tsconfig.types.json', 'cdk/tsconfig.types.json']) {
    await promisify(execFile)(process.execPath, [tsc, '-p', project], { cwd: root });
  }
  await writeFile(join(dist, 'types', 'testing.d.cts'), TESTING_TYPES);
  // Declarations of CommonJS are for both: TypeScript lets no CommonJS app take those of an ES module.
  for (const entry of ['cdk', 'handler']) {
    await writeFile(join(dist, 'types', entry, 'package.json'), '{ "type": "commonjs" }\n');
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildAll();
  await declarations();
}
