import { createHash, createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LlxError } from '../../errors/llx-error.ts';

const KEY_BYTES = 32;

/**
 * What the secrets of stored access keys are made of. Signature Version 4 is an HMAC with the secret itself, so a server
 * must be able to say it; a hash alone is not enough. With one key in a file of its own, what is kept in the state is
 * worth nothing to whoever reads a backup of it.
 */
export class MasterKey {
  readonly #key: Buffer;

  constructor(key: Uint8Array) {
    this.#key = Buffer.from(key);
  }

  /** Forty letters, as AWS's secrets have them. */
  secretOf(accessKeyId: string): string {
    return createHmac('sha256', this.#key)
      .update(`llx access key 1\n${accessKeyId}`)
      .digest('base64url')
      .slice(0, 40);
  }
}

/** What is kept of a secret: enough to know it again. It has 240 random bits, so that no slow hash is needed. */
export function secretHash(secret: string): string {
  return `sha256:${createHash('sha256').update(secret).digest('hex')}`;
}

/**
 * Reads the master key.
 *
 * @throws LlxError LLX_MASTER_KEY where it is missing, where others may read it, or where it is something else.
 */
export function readMasterKey(file: string): MasterKey {
  let text: string;
  try {
    // On Windows a mode says nothing of who may read.
    if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) throw openToOthers(file);
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    if (cause instanceof LlxError) throw cause;
    throw new LlxError('LLX_MASTER_KEY', {
      message: `Expected the master key of the access keys in ${file}, which cannot be read.`,
      mend: 'Say where it is: --master-key FILE. If it is lost, revoke all keys (llx keys revoke --all) and create others',
      cause,
    });
  }
  const key = Buffer.from(text, 'base64');
  if (key.byteLength !== KEY_BYTES) {
    throw new LlxError('LLX_MASTER_KEY', {
      message: `Expected ${KEY_BYTES} bytes in base64 in ${file}, found something else.`,
      mend: 'Put the master key of the access keys back from its backup, or say where it is: --master-key FILE',
    });
  }
  return new MasterKey(key);
}

/** Reads the master key, or makes one where there is no file. Throws LlxError LLX_MASTER_KEY. */
export function ensureMasterKey(file: string, random: (bytes: number) => Buffer = randomBytes): MasterKey {
  const made = `${file}.${randomUUID()}`;
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // A link is there with all of the key or not at all, for whoever reads it meanwhile and after a full disk.
    if (!existsSync(file)) {
      writeFileSync(made, `${random(KEY_BYTES).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
      linkSync(made, file);
    }
  } catch {
    // There is one; or there can be none, which reading it says better.
  } finally {
    rmSync(made, { force: true });
  }
  return readMasterKey(file);
}

function openToOthers(file: string): LlxError {
  return new LlxError('LLX_MASTER_KEY', {
    message: `Expected ${file} to be readable by its owner alone, but others may read it.`,
    mend: `If nobody has read it: chmod 600 ${file}`,
  });
}
