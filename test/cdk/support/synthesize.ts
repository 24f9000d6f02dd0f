import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const repository = fileURLToPath(new URL('../../../', import.meta.url));
export const sampleApp = join(repository, 'examples', 'sample-app');

const cdk = join(dirname(createRequire(import.meta.url).resolve('aws-cdk/package.json')), 'bin', 'cdk');

/** What `cdk synth` left. */
export type SynthesizedApp = {
  /** `cdk.out` */
  readonly directory: string;
  /** What the CLI printed: warnings of the app among it. */
  readonly output: string;
  /** Names of the files that CloudFormation is given, stages and nested stacks among them. */
  readonly templates: readonly string[];
  /** The bytes of a file of `directory`. */
  read(file: string): Promise<string>;
  /** What the CLI left elsewhere, and `directory` where it is a new one. */
  remove(): Promise<void>;
};

/** Runs the real CLI of the CDK on an app: without credentials, without AWS. Rejects with its output when it fails. */
export async function synthesize(options: {
  /** Where `cdk.json` is looked for. */
  readonly cwd: string;
  /** The command that runs the app. @default that of `cdk.json` */
  readonly app?: string;
  /** The value of `-c llx=…` */
  readonly llx?: string;
  /** @default a new folder */
  readonly directory?: string;
}): Promise<SynthesizedApp> {
  const { cwd, app, llx } = options;
  const scratch = await mkdtemp(join(tmpdir(), 'llx-cdk-'));
  const directory = options.directory ?? join(scratch, 'cdk.out');
  const remove = (): Promise<void> => rm(scratch, { recursive: true, force: true });
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [
      cdk,
      'synth',
      ...['--quiet', '--no-notices', '--no-version-reporting', '--output', directory],
      ...(app === undefined ? [] : ['--app', app]),
      ...(llx === undefined ? [] : ['--context', `llx=${llx}`]),
    ],
    { cwd, env: environmentWithoutAws(scratch) },
  ).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    directory,
    output: stdout + stderr,
    templates: (await readdir(directory, { recursive: true }))
      .filter((file) => file.endsWith('.template.json'))
      .sort(),
    read: (file) => readFile(join(directory, file), 'utf8'),
    remove,
  };
}

/** Nobody's: no profile, no keys, no region, and a home of its own, where the CLI keeps its caches. */
function environmentWithoutAws(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK|npm)_/i.test(name));
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    // The `node` of an app's command is the one of this process, which runs TypeScript.
    PATH: [dirname(process.execPath), join(repository, 'node_modules', '.bin'), process.env.PATH].join(
      delimiter,
    ),
    AWS_EC2_METADATA_DISABLED: 'true',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
  };
}
