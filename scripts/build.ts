/**
 * Makes `dist/`: the program in ESM chunks (Ink and the AWS SDK load only when used), and the files that run in
 * processes of their own. `npm ci` runs it (`prepare`).
 */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BuildOptions, build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

// CommonJS dependencies inside an ESM bundle call `require` for Node's own modules.
const requireBanner =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.22',
  format: 'esm',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  legalComments: 'linked',
  define: { 'process.env.NODE_ENV': '"production"' },
};

/** In the program itself esbuild stays a dependency: it finds its binary beside its own files. */
const program: BuildOptions = {
  ...common,
  entryPoints: { cli: 'src/cli/main.ts', index: 'src/index.ts' },
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  external: ['esbuild', 'react-devtools-core', 'fsevents', 'bufferutil', 'utf-8-validate'],
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
  banner: { js: requireBanner },
  // mqtt-packet brings the userland copies of what Node has.
  alias: { 'readable-stream': 'node:stream' },
};

const workers: BuildOptions = {
  ...common,
  entryPoints: {
    bootstrap: 'src/runtime/bootstrap/main.ts',
    'stub-host': 'src/emulator/lambda/stub-host/main.ts',
  },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  banner: { js: requireBanner },
};

export async function buildAll(): Promise<void> {
  await rm(dist, { recursive: true, force: true });
  await Promise.all([build(program), build(stub), build(workers)]);
}

/** Declarations of the package's entry, for `llx.config.ts`. */
async function declarations(): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
  await promisify(execFile)(
    process.execPath,
    [join(dirname(tsc), 'bin', 'tsc'), '-p', 'tsconfig.types.json'],
    {
      cwd: root,
    },
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildAll();
  await declarations();
}
