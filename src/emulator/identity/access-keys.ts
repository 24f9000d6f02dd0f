import { randomBytes } from 'node:crypto';
import type { AwsCredentials } from '../../signature/credentials.ts';
import type { Grant } from './grant.ts';
import { BASE32 } from './roles.ts';

/** A key, and what its holder is and may do. */
export type AccessKey = { readonly credentials: AwsCredentials; readonly grant: Grant };

/** What the ids of keys begin with that an emulator issued: AWS's own prefix for temporary keys, and ours. */
const ISSUED = 'ASIALLX';

/** How long after its end a key is still told as expired, rather than as unknown. */
const REMEMBER_MS = 3_600_000;
const FIRST_SWEEP = 1024;

/** All keys that open the emulator: those of users, and those that it issued. */
export class AccessKeys {
  readonly #keys = new Map<string, AccessKey>();
  readonly #now: () => Date;
  readonly #random: (bytes: number) => Buffer;
  #sweepAt = FIRST_SWEEP;

  constructor(options: { readonly now: () => Date; readonly random?: (bytes: number) => Buffer }) {
    this.#now = options.now;
    this.#random = options.random ?? randomBytes;
  }

  get(accessKeyId: string): AccessKey | undefined {
    return this.#keys.get(accessKeyId);
  }

  add(key: AccessKey): void {
    this.#keys.set(key.credentials.accessKeyId, key);
  }

  /** Nobody is let in with it any more. */
  delete(accessKeyId: string): void {
    this.#keys.delete(accessKeyId);
  }

  /** Makes a temporary key: `ASIALLX…`, with a token, good for `durationSeconds`. */
  issue(grant: Grant, durationSeconds: number): Required<AwsCredentials> {
    this.#sweep();
    // STS tells times in whole seconds.
    const end = Math.floor(this.#now().getTime() / 1000 + durationSeconds) * 1000;
    const credentials = {
      accessKeyId: `${ISSUED}${[...this.#random(13)].map((byte) => BASE32[byte & 31]).join('')}`,
      secretAccessKey: this.#random(30).toString('base64'),
      sessionToken: this.#random(192).toString('base64'),
      expiration: new Date(end),
    };
    this.add({ credentials, grant });
    return credentials;
  }

  /** Costs next to nothing over many keys: the next one comes when there are twice as many. */
  #sweep(): void {
    if (this.#keys.size < this.#sweepAt) return;
    const oldest = this.#now().getTime() - REMEMBER_MS;
    for (const [id, { credentials }] of this.#keys) {
      if (credentials.expiration !== undefined && credentials.expiration.getTime() < oldest) {
        this.#keys.delete(id);
      }
    }
    this.#sweepAt = Math.max(FIRST_SWEEP, this.#keys.size * 2);
  }
}
