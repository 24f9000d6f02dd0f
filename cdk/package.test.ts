import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const PACKAGES = ['aws-cdk-lib', 'constructs', '@types'];

let project: string;

/** A project beside this one that has linked llx, as `npm link` or a dependency of `file:` does. */
beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'llx-cdk-')));
  await mkdir(join(project, 'node_modules'));
  await symlink(root, join(project, 'node_modules', 'llx'));
  for (const name of PACKAGES) {
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
  }
});

afterAll(() => rm(project, { recursive: true, force: true }));

const APP = `
const app = new App({ context: { llx: 'true' }, outdir: 'cdk.out', builtinCloudFormationValidation: false });
LiveLambda.enable(app, { developers: ['sso:Dev'], iotEndpoint: 'abc-ats.iot.eu-west-1.amazonaws.com' });
const stack = new Stack(app, 'Shop');
new aws_lambda.Function(stack, 'Orders', {
  code: aws_lambda.Code.fromInline('exports.handler = async () => 1;'),
  handler: 'index.handler',
  runtime: aws_lambda.Runtime.NODEJS_24_X,
});
app.synth();
`;

test.each([
  [
    'app.cjs',
    "const { App, Stack, aws_lambda } = require('aws-cdk-lib');\nconst { LiveLambda } = require('llx/cdk');\n",
  ],
  [
    'app.mjs',
    "import { App, Stack, aws_lambda } from 'aws-cdk-lib';\nimport { LiveLambda } from 'llx/cdk';\n",
  ],
])('%s makes its functions live with the stub that is built', async (file, imports) => {
  await rm(join(project, 'cdk.out'), { recursive: true, force: true });
  await writeFile(join(project, file), imports + APP);
  await run(process.execPath, [file], { cwd: project });

  const { Resources } = JSON.parse(await readFile(join(project, 'cdk.out', 'Shop.template.json'), 'utf8'));
  const resources: readonly { Type: string; Properties: Record<string, unknown> }[] =
    Object.values(Resources);
  const live = resources.find(({ Type }) => Type === 'AWS::Lambda::Function');
  const layer = resources.find(({ Type }) => Type === 'AWS::Lambda::LayerVersion');
  const { S3Key = '' } = (layer?.Properties.Content ?? {}) as { readonly S3Key?: string };
  const asset = join(project, 'cdk.out', `asset.${S3Key.replace('.zip', '')}`, 'llx', 'index.mjs');
  const digest = async (path: string): Promise<string> =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex');

  expect(live?.Properties.Handler).toBe('/opt/llx/index.handler');
  expect(await digest(asset)).toBe(await digest(join(root, 'dist', 'stub', 'index.mjs')));
});

test('both ways of loading are one module', async () => {
  const source = "import { createRequire } from 'node:module';\nimport { LiveLambda } from 'llx/cdk';\n";
  const same = "console.log(createRequire(import.meta.url)('llx/cdk').LiveLambda === LiveLambda);\n";
  await writeFile(join(project, 'same.mjs'), source + same);
  expect((await run(process.execPath, ['same.mjs'], { cwd: project })).stdout).toBe('true\n');
});

test('TypeScript finds the declarations in CommonJS and in ES modules', { timeout: 120_000 }, async () => {
  // A package with declarations of its own: those of dist/ are made by `npm run build`, which tests do not run.
  const typed = join(project, 'typed');
  const llx = join(typed, 'node_modules', 'llx');
  const types = join(llx, 'dist', 'types');
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  await mkdir(llx, { recursive: true });
  await cp(join(root, 'package.json'), join(llx, 'package.json'));
  await run(process.execPath, [tsc, '-p', join(root, 'cdk', 'tsconfig.types.json'), '--outDir', types]);
  await writeFile(join(types, 'cdk', 'package.json'), '{ "type": "commonjs" }');
  const source = `import { App, Duration } from 'aws-cdk-lib';
import { LiveLambda, type LiveLambdaProps } from 'llx/cdk';
const props: LiveLambdaProps = { developers: ['sso:Dev'], timeout: Duration.minutes(5) };
LiveLambda.enable(new App(), props);
// @ts-expect-error -- the declarations are known, not any
LiveLambda.enable(new App(), { developers: 7 });
`;
  await writeFile(join(typed, 'app.cts'), source);
  await writeFile(join(typed, 'app.mts'), source);
  const flags = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node'];
  const checked = run(process.execPath, [tsc, ...flags, 'app.cts', 'app.mts'], { cwd: typed });

  expect((await checked.catch((error: { readonly stdout: string }) => error)).stdout).toBe('');
});
