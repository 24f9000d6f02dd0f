import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';

/** The AWS SDKs ask anew 5 minutes before the end: https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html */
const REFRESH_BEFORE_MS = 5 * 60_000;

/** After a failed refresh, while the old ones still serve. */
const RETRY_AFTER_MS = 60_000;

export type RefreshingOptions = {
  /** A refresh failed that nobody waits for. @default ignored: the next one that is waited for says it again */
  readonly onProblem?: (error: unknown) => void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
};

/**
 * Remembers what a slow provider gave. Whoever asks gets that at once while it is valid; in its last 5 minutes a
 * refresh goes on behind it. Those who ask while there is nothing valid wait for the same one call.
 */
export class RefreshingCredentials {
  readonly #provider: CredentialProvider;
  readonly #now: () => number;
  readonly #onProblem: (error: unknown) => void;
  #credentials: AwsCredentials | undefined;
  #pending: Promise<AwsCredentials> | undefined;
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(
    provider: CredentialProvider,
    { onProblem = () => {}, now = Date.now }: RefreshingOptions = {},
  ) {
    this.#provider = provider;
    this.#onProblem = onProblem;
    this.#now = now;
  }

  readonly get: CredentialProvider = async () => {
    const credentials = this.#credentials;
    const leftMs = (credentials?.expiration?.getTime() ?? Number.NEGATIVE_INFINITY) - this.#now();
    if (!credentials || leftMs <= 0) return await this.#refresh();
    if (leftMs < REFRESH_BEFORE_MS && !this.#pending && this.#now() - this.#failedAt >= RETRY_AFTER_MS) {
      this.#refresh().catch((error: unknown) => this.#onProblem(error));
    }
    return credentials;
  };

  #refresh(): Promise<AwsCredentials> {
    this.#pending ??= this.#ask().finally(() => {
      this.#pending = undefined;
    });
    return this.#pending;
  }

  async #ask(): Promise<AwsCredentials> {
    try {
      this.#credentials = await this.#provider();
      this.#failedAt = Number.NEGATIVE_INFINITY;
      return this.#credentials;
    } catch (error) {
      this.#failedAt = this.#now();
      throw error;
    }
  }
}
