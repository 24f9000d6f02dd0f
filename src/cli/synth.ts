import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { isLlxError, LlxError } from '../errors/llx-error.ts';
import type { CdkApp } from '../manifest/find-cdk-app.ts';
import { readManifest } from '../manifest/read-manifest.ts';

/**
 * Why an app must be synthesized before llx can trust its manifest, as the end of a sentence; undefined when it need not.
 *
 * @param withoutCdk whether one that was written without the CDK's CLI is good enough
 */
export async function staleness(app: CdkApp, withoutCdk = false): Promise<string | undefined> {
  // Only the CDK knows how to start it, and finds that in cdk.json.
  if (app.cdkJson === undefined) return undefined;
  const written = modified(app.manifestFile);
  if (written === undefined) return 'it has no manifest yet';
  if ((modified(app.cdkJson) ?? 0) > written) return 'cdk.json is newer than its manifest';
  try {
    const manifest = await readManifest(app);
    // It knows neither account nor region of a stack that takes those of the credentials.
    if (manifest.withoutCdk === true && !withoutCdk) return 'its manifest was written for offline runs only';
    const root = resolve(dirname(app.manifestFile), manifest.root);
    const program = manifest.app && resolve(root, manifest.app);
    if (program && (modified(program) ?? 0) > written) {
      return `${relative(app.folder, program)} is newer than its manifest`;
    }
    return undefined;
  } catch (error) {
    if (isLlxError(error)) return 'its manifest is of another llx';
    throw error;
  }
}

export type SynthOptions = {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** What is run: to say how it goes on without. @default dev */
  readonly command?: 'dev' | 'smoke';
  /** @default process.env */
  readonly env?: NodeJS.ProcessEnv;
};

/**
 * Runs `cdk synth --quiet`, the project's own, in an app's folder. Rejects with LLX_SYNTH_FAILED and all that it
 * printed, or with the signal's reason.
 */
export async function synthesize(
  { folder }: CdkApp,
  { signal, command: caller = 'dev', env = process.env }: SynthOptions,
): Promise<void> {
  const { command, before } = cdkCommand(folder);
  const child = spawn(command, [...before, 'synth', '--quiet'], {
    cwd: folder,
    env: { ...withCommands(env, folder), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
    // npm's scripts are batch files there.
    shell: process.platform === 'win32',
  });
  const ended = new Promise<string | undefined>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, killedBy) =>
      done(code === 0 ? undefined : `it ended with ${code === null ? killedBy : `exit code ${code}`}`),
    );
  });
  const [failure, printed, complained] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]).catch((cause: unknown) => {
    signal.throwIfAborted();
    throw failed(folder, 'it could not be started', 'npm install --save-dev aws-cdk', cause);
  });
  if (failure === undefined) return;
  const output = [complained, printed].map((one) => one.trim()).filter((one) => one !== '');
  throw failed(
    folder,
    [`${failure}:`, ...output].join('\n'),
    `Mend it there. With the manifest as it is: llx ${caller} --no-synth`,
  );
}

type CdkCommand = {
  readonly command: string;
  readonly before: readonly string[];
};

/** As `npx cdk` finds it, without asking a registry. */
function cdkCommand(folder: string): CdkCommand {
  const commands = commandsOf(folder);
  if (commands === undefined) return { command: 'npx', before: ['--no-install', 'cdk'] };
  return { command: join(commands, CDK), before: [] };
}

const CDK = process.platform === 'win32' ? 'cdk.cmd' : 'cdk';

/** The folder of the commands of the app's packages: where the CDK is. */
function commandsOf(folder: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    const commands = join(above, 'node_modules', '.bin');
    if (existsSync(join(commands, CDK))) return commands;
    if (above === dirname(above)) return undefined;
  }
}

/** As npx does it: the `node` that runs the app of a folder may be a package of its own. */
export function withCommands(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const commands = commandsOf(folder);
  if (commands === undefined) return env;
  // `Path` on Windows.
  const name = Object.keys(env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...env, [name]: [commands, env[name]].filter(Boolean).join(delimiter) };
}

function failed(folder: string, found: string, mend: string, cause?: unknown): LlxError {
  return new LlxError('LLX_SYNTH_FAILED', {
    message: `Expected \`cdk synth\` in ${folder} to succeed, found that ${found}`,
    mend,
    ...(cause === undefined ? {} : { cause }),
  });
}

function modified(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs;
}
