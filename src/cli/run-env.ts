import { basename } from 'node:path';
import { LlxError } from '../errors/llx-error.ts';
import { DEVELOPMENT_KEY } from '../signature/development-key.ts';
import { readEmulatorState } from './emulator-client.ts';
import { USER_OF_EMULATOR } from './live/master-credentials.ts';

export type Shell = 'bash' | 'fish' | 'powershell' | 'json';

export type EnvFlags = {
  readonly endpoint: string;
  /** @default that of this session */
  readonly shell?: Shell;
};

type Surroundings = {
  readonly stdout: { write(text: string): unknown };
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
};

/** They would win over, or be sent beside, the keys that are set. */
const REMOVED = ['AWS_PROFILE', 'AWS_SESSION_TOKEN'];

/**
 * `llx env`: what a shell takes so that every AWS tool in it calls the emulator: `eval "$(llx env)"`. Gives the exit
 * code; rejects with LLX_UNREACHABLE, and with LLX_CREDENTIALS_MISSING where the development key opens nothing.
 */
export async function runEnv(
  { endpoint, shell }: EnvFlags,
  { stdout, env, platform }: Surroundings = process,
): Promise<number> {
  const { access, region } = await readEmulatorState(endpoint);
  if (access === 'closed') {
    throw new LlxError('LLX_CREDENTIALS_MISSING', {
      message: `Expected an emulator at ${endpoint} that the development key opens, found one that knows only its own users.`,
      mend: USER_OF_EMULATOR,
    });
  }
  const variables = {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: DEVELOPMENT_KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: DEVELOPMENT_KEY.secretAccessKey,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
  };
  stdout.write(envText(variables, shell ?? shellOf(env, platform)));
  return 0;
}

function shellOf({ SHELL }: NodeJS.ProcessEnv, platform: NodeJS.Platform): Shell {
  if (SHELL === undefined) return platform === 'win32' ? 'powershell' : 'bash';
  return basename(SHELL) === 'fish' ? 'fish' : 'bash';
}

function envText(variables: Readonly<Record<string, string>>, shell: Shell): string {
  const entries = Object.entries(variables);
  switch (shell) {
    case 'json':
      return `${JSON.stringify(variables)}\n`;
    case 'bash':
      return lines([
        ...entries.map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`),
        `unset ${REMOVED.join(' ')}`,
      ]);
    case 'fish':
      return lines([
        ...entries.map(
          ([name, value]) => `set -gx ${name} '${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}';`,
        ),
        `set -e ${REMOVED.join(' ')};`,
      ]);
    case 'powershell':
      return lines([
        ...entries.map(([name, value]) => `$Env:${name} = '${value.replaceAll("'", "''")}'`),
        ...REMOVED.map((name) => `$Env:${name} = $null`),
      ]);
  }
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
