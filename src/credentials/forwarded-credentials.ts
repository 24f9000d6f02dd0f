import { LlxError } from '../errors/llx-error.ts';
import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import { keepCredentialsSecret } from './redact.ts';

export type ForwardedOptions = {
  /** How long a handler's request for credentials waits for the first to come. @default 5000 */
  readonly waitMs?: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
};

/** The credentials of deployed functions, as they came with their offers. Kept in memory alone. */
export class ForwardedCredentials {
  readonly #waitMs: number;
  readonly #now: () => number;
  readonly #newest = new Map<string, AwsCredentials>();
  readonly #waiting = new Map<string, Set<(credentials: AwsCredentials) => void>>();

  constructor({ waitMs = 5_000, now = Date.now }: ForwardedOptions = {}) {
    this.#waitMs = waitMs;
    this.#now = now;
  }

  /** The newest win: execution environments of different age take turns in sending theirs. */
  accept(functionArn: string, credentials: AwsCredentials): void {
    keepCredentialsSecret(credentials);
    if (this.#endsEarlier(credentials, this.#newest.get(functionArn))) return;
    this.#newest.set(functionArn, credentials);
    for (const tell of this.#waiting.get(functionArn) ?? []) tell(credentials);
    this.#waiting.delete(functionArn);
  }

  /** Rejects with LLX_CREDENTIALS_NOT_FORWARDED when none came in time, or the last have ended. */
  providerOf(functionArn: string): CredentialProvider {
    return async () => {
      const newest = this.#newest.get(functionArn);
      return newest && !this.#isOver(newest) ? newest : await this.#next(functionArn);
    };
  }

  #endsEarlier({ expiration }: AwsCredentials, known: AwsCredentials | undefined): boolean {
    return expiration !== undefined && known?.expiration !== undefined && expiration < known.expiration;
  }

  #isOver({ expiration }: AwsCredentials): boolean {
    return expiration !== undefined && expiration.getTime() <= this.#now();
  }

  #next(functionArn: string): Promise<AwsCredentials> {
    const waiting = this.#waiting.get(functionArn) ?? new Set();
    this.#waiting.set(functionArn, waiting);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(tell);
        reject(notForwarded(functionArn));
      }, this.#waitMs);
      const tell = (credentials: AwsCredentials): void => {
        clearTimeout(timer);
        resolve(credentials);
      };
      waiting.add(tell);
    });
  }
}

function notForwarded(functionArn: string): LlxError {
  return new LlxError('LLX_CREDENTIALS_NOT_FORWARDED', {
    message: `Expected ${functionArn} to send its credentials with its invocations, found none that are valid.`,
    mend: 'Set LLX_CREDENTIALS=forward in the environment of the deployed function, and invoke it once more. Or assume its role instead: llx dev --credentials assume-role',
  });
}
