import type { AwsCredentials } from '../../signature/credentials.ts';
import type { AccessKeys } from './access-keys.ts';
import type { Role } from './roles.ts';

type Credentials = Required<AwsCredentials>;

/** By function and role: one key for all its environments, each of which lives as long as the emulator. */
export class FunctionKeys {
  readonly #keys: Pick<AccessKeys, 'delete'>;
  readonly #start: (role: Role, sessionName: string) => Credentials;
  readonly #issued = new Map<string, Credentials>();

  /** @param start begins a session of a role. */
  constructor(keys: Pick<AccessKeys, 'delete'>, start: (role: Role, sessionName: string) => Credentials) {
    this.#keys = keys;
    this.#start = start;
  }

  /** @param role the one that the function has now: it may have had another. */
  of(functionName: string, role: Role): Credentials {
    const keyName = `${functionName} ${role.arn}`;
    const known = this.#issued.get(keyName);
    if (known !== undefined) return known;
    // A session's name has at least two letters.
    const sessionName = functionName.length === 1 ? `${functionName}@lambda_function` : functionName;
    const credentials = this.#start(role, sessionName);
    this.#issued.set(keyName, credentials);
    return credentials;
  }

  /** It was deleted: the keys in its environments open nothing any more. */
  forget(functionName: string): void {
    for (const [keyName, { accessKeyId }] of this.#issued) {
      if (!keyName.startsWith(`${functionName} `)) continue;
      this.#issued.delete(keyName);
      this.#keys.delete(accessKeyId);
    }
  }
}
