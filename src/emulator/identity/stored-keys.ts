import type { AccessKey } from './access-keys.ts';
import { isStoredKeyId, type KeyFiles, type StoredKey } from './key-files.ts';
import { type MasterKey, secretHash } from './master-key.ts';
import { Policy } from './policy.ts';
import { uniqueId } from './roles.ts';

type Known = { readonly stamp: string; readonly key: AccessKey };

/**
 * The access keys of `llx keys`, as a server that is running knows them: each look asks the file system whether the key
 * is still there, so that one that was revoked opens nothing from that moment on.
 */
export class StoredKeys {
  readonly #files: KeyFiles;
  readonly #readMaster: () => MasterKey;
  #master: MasterKey | undefined;
  readonly #account: string;
  readonly #onDamaged: (error: unknown) => void;
  readonly #known = new Map<string, Known>();

  constructor(options: {
    readonly files: KeyFiles;
    /** Called once, when somebody first comes with such a key. */
    readonly readMaster: () => MasterKey;
    readonly account: string;
    /** A key's file cannot be read, or was made with another master key: the key opens nothing. */
    readonly onDamaged: (error: unknown) => void;
  }) {
    this.#files = options.files;
    this.#readMaster = options.readMaster;
    this.#account = options.account;
    this.#onDamaged = options.onDamaged;
  }

  get(accessKeyId: string): AccessKey | undefined {
    if (!isStoredKeyId(accessKeyId)) return undefined;
    const stamp = this.#files.stamp(accessKeyId);
    const known = this.#known.get(accessKeyId);
    if (stamp !== undefined && known?.stamp === stamp) return known.key;
    this.#known.delete(accessKeyId);
    if (stamp === undefined) return undefined;
    const key = this.#read(accessKeyId);
    if (key !== undefined) this.#known.set(accessKeyId, { stamp, key });
    return key;
  }

  #read(accessKeyId: string): AccessKey | undefined {
    try {
      const stored = this.#files.read(accessKeyId);
      return stored && this.#keyOf(stored);
    } catch (error) {
      this.#onDamaged(error);
      return undefined;
    }
  }

  #keyOf({ id, name, policy, hash, expiresAt }: StoredKey): AccessKey {
    this.#master ??= this.#readMaster();
    const secretAccessKey = this.#master.secretOf(id);
    if (secretHash(secretAccessKey) !== hash) {
      throw new Error(`expected the access key ${id} (${name}) to be made with this master key, it was not`);
    }
    const account = this.#account;
    const arn = `arn:aws:iam::${account}:user/${name}`;
    const userId = uniqueId('AIDA', `${arn} ${id}`);
    return {
      credentials: {
        accessKeyId: id,
        secretAccessKey,
        ...(expiresAt === undefined ? {} : { expiration: new Date(expiresAt) }),
      },
      grant: {
        principal: { type: 'user', arn, account, userId, userName: name, storedKeyId: id },
        policies: [new Policy(policy)],
      },
    };
  }
}
