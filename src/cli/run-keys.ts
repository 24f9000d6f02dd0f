import { readFile } from 'node:fs/promises';
import { KeyFiles, type StoredKey } from '../emulator/identity/key-files.ts';
import { KeyScopeError, scopePolicy } from '../emulator/identity/key-scope.ts';
import { ensureMasterKey, secretHash } from '../emulator/identity/master-key.ts';
import type { PolicyDocument } from '../emulator/identity/policy-document.ts';
import { policyProblems } from '../emulator/identity/policy-problems.ts';
import { LlxError } from '../errors/llx-error.ts';
import { masterKeyFile } from './key-places.ts';
import { projectRoot, stateDirectory } from './state-directory.ts';

export type KeyFlags = { readonly data?: string; readonly masterKey?: string; readonly json?: boolean };

export type CreateKeyFlags = KeyFlags & {
  readonly scope?: readonly string[];
  readonly policy?: string;
  /** Milliseconds. @default until it is revoked */
  readonly expires?: number;
};

export type RevokeKeyFlags = KeyFlags & { readonly all?: boolean };

type Surroundings = {
  readonly stdout: { write(text: string): unknown };
  readonly now?: () => Date;
  /** Where the project is. */
  readonly directory?: string;
};

/** What a user's name may be in IAM: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const NAME = /^[\w+=,.@-]{1,64}$/;

/** `llx keys create`: gives the exit code. Rejects with LLX_USAGE and LLX_MASTER_KEY. */
export async function createKey(
  name: string,
  flags: CreateKeyFlags,
  { stdout, now = () => new Date(), directory }: Surroundings = process,
): Promise<number> {
  if (!NAME.test(name)) {
    throw usage(`Expected a name of 1 to 64 letters, digits and _+=,.@-, found "${name.slice(0, 80)}".`);
  }
  const { scope, policy } = await accessOf(flags);
  const files = keyFiles(flags, directory);
  const id = files.newId();
  const createdAt = now();
  const secretAccessKey = ensureMasterKey(masterKeyFile(flags.masterKey)).secretOf(id);
  const key: StoredKey = {
    id,
    name,
    scope,
    policy,
    hash: secretHash(secretAccessKey),
    createdAt: createdAt.toISOString(),
    ...(flags.expires === undefined
      ? {}
      : { expiresAt: new Date(createdAt.getTime() + flags.expires).toISOString() }),
  };
  files.write(key);
  stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ...shown(key), secretAccessKey })}\n`
      : [
          `export AWS_ACCESS_KEY_ID=${id}`,
          `export AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
          `# ${name}: ${scope}${key.expiresAt === undefined ? '' : `, until ${key.expiresAt}`}. The secret is not shown again.`,
          '',
        ].join('\n'),
  );
  return 0;
}

/** `llx keys list`: gives the exit code. */
export async function listKeys(
  flags: KeyFlags,
  { stdout, directory }: Surroundings = process,
): Promise<number> {
  const keys = keyFiles(flags, directory).list();
  if (flags.json === true) for (const key of keys) stdout.write(`${JSON.stringify(shown(key))}\n`);
  else if (keys.length === 0) stdout.write('There are no keys: llx keys create NAME\n');
  else {
    const width = Math.max(...keys.map(({ name }) => name.length));
    for (const { id, name, scope, createdAt, expiresAt } of keys) {
      const until = expiresAt === undefined ? '' : `, until ${expiresAt}`;
      stdout.write(`${id}  ${name.padEnd(width)}  ${scope} (made ${createdAt}${until})\n`);
    }
  }
  return 0;
}

/** `llx keys revoke`: gives the exit code. Rejects with LLX_KEY_UNKNOWN, and then has revoked nothing. */
export async function revokeKeys(
  wanted: readonly string[],
  flags: RevokeKeyFlags,
  { stdout, directory }: Surroundings = process,
): Promise<number> {
  const files = keyFiles(flags, directory);
  if (flags.all === true) {
    // Also those whose files are damaged.
    const ids = files.ids();
    for (const id of ids) files.remove(id);
    tell(ids);
    return 0;
  }
  if (wanted.length === 0) throw usage('Expected the ids or names of keys, or --all.');
  const keys = files.list();
  const found = wanted.flatMap((one) => {
    const ids = keys.filter(({ id, name }) => id === one || name === one).map(({ id }) => id);
    if (ids.length > 0) return ids;
    throw new LlxError('LLX_KEY_UNKNOWN', {
      message: `Expected a key of the id or name "${one.slice(0, 80)}", found none.`,
      mend: 'See which there are: llx keys list',
    });
  });
  const ids = [...new Set(found)];
  for (const id of ids) files.remove(id);
  tell(ids);
  return 0;

  function tell(revoked: readonly string[]): void {
    for (const id of revoked) {
      stdout.write(flags.json === true ? `${JSON.stringify({ type: 'revoked', id })}\n` : `revoked ${id}\n`);
    }
  }
}

function keyFiles(flags: KeyFlags, directory: string = process.cwd()): KeyFiles {
  return new KeyFiles(stateDirectory({ root: projectRoot(directory) }, flags));
}

async function accessOf({
  scope: scopes,
  policy: file,
}: CreateKeyFlags): Promise<{ readonly scope: string; readonly policy: PolicyDocument }> {
  if (file !== undefined) {
    if (scopes !== undefined) throw usage('Expected --scope or --policy, found both.');
    return { scope: 'policy', policy: await readPolicy(file) };
  }
  const wanted = scopes ?? ['admin'];
  try {
    return { scope: wanted.join(' '), policy: scopePolicy(wanted) };
  } catch (error) {
    throw error instanceof KeyScopeError ? usage(error.message) : error;
  }
}

async function readPolicy(file: string): Promise<PolicyDocument> {
  let written: unknown;
  try {
    written = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw usage(
      `Expected an IAM policy as JSON in ${file}: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
  if (isPolicy(written)) return written;
  throw usage([`Expected an IAM policy in ${file}:`, ...policyProblems(written, 'identity')].join('\n  '));
}

function isPolicy(written: unknown): written is PolicyDocument {
  return policyProblems(written, 'identity').length === 0;
}

function shown({ id, name, scope, createdAt, expiresAt }: StoredKey): Readonly<Record<string, unknown>> {
  return {
    type: 'key',
    id,
    name,
    scope,
    createdAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function usage(message: string, cause?: unknown): LlxError {
  return new LlxError('LLX_USAGE', {
    message,
    mend: 'llx keys --help',
    ...(cause === undefined ? {} : { cause }),
  });
}
