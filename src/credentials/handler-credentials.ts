import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import { type AssumeRole, assumeRoleProvider, roleSessionName } from './assume-role.ts';
import { CredentialEndpoint } from './credential-endpoint.ts';
import { ForwardedCredentials } from './forwarded-credentials.ts';
import { RefreshingCredentials } from './refreshing-credentials.ts';

/** Where a handler's credentials come from; `assume-role` is the default of a session. */
export type HandlerCredentialsMode = 'assume-role' | 'forward' | 'ambient';

/** Which credentials the handler of each function gets. */
export type CredentialSource =
  /** The role of the function, assumed by the developer: no secret is on the wire. */
  | {
      readonly mode: 'assume-role';
      readonly assumeRole: AssumeRole;
      readonly roleOf: (functionArn: string) => string | Promise<string>;
      readonly lane: string;
      /** What a failed call to STS means. @default itself */
      readonly explain?: (error: unknown, roleArn: string) => unknown;
    }
  /** What the deployed function sends of its own. */
  | { readonly mode: 'forward' }
  /** The developer's own. */
  | { readonly mode: 'ambient'; readonly master: CredentialProvider }
  /** Somebody who knows them, as the emulator does. */
  | { readonly mode: 'given'; readonly providerOf: (functionArn: string) => CredentialProvider };

export type HandlerCredentialsOptions = {
  readonly source: CredentialSource;
  /** Where the handler's SDK clients go, unless the function's own environment says: an emulator. @default AWS */
  readonly endpointUrl?: string;
  /** A handler could not be served, a role refuses so far, or a refresh failed: a notice. */
  readonly onProblem: (functionArn: string, error: unknown) => void;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
};

type Spec = { readonly arn: string; readonly environment: Readonly<Record<string, string>> };

/** The credentials of all handlers of one session: an endpoint on loopback, and what stands behind it. */
export class HandlerCredentials {
  readonly #options: HandlerCredentialsOptions;
  readonly #forwarded: ForwardedCredentials;
  readonly #endpoint: CredentialEndpoint;

  constructor(options: HandlerCredentialsOptions) {
    this.#options = options;
    this.#forwarded = new ForwardedCredentials(options);
    const { onProblem, now } = options;
    this.#endpoint = new CredentialEndpoint({
      providerOf: (functionArn) => this.#providerOf(functionArn),
      onProblem,
      ...(now === undefined ? {} : { now }),
    });
  }

  /** `RuntimeOptions.environmentOf`. Opens the endpoint at its first call. */
  readonly environmentOf = async ({ arn, environment }: Spec): Promise<Record<string, string>> => {
    const { endpointUrl } = this.#options;
    const credentials = await this.#endpoint.environmentFor(arn);
    return endpointUrl === undefined || 'AWS_ENDPOINT_URL' in environment
      ? credentials
      : { ...credentials, AWS_ENDPOINT_URL: endpointUrl };
  };

  /** What came with an offer. Without effect in the other modes. */
  readonly accept = (functionArn: string, credentials: AwsCredentials): void => {
    if (this.#options.source.mode === 'forward') this.#forwarded.accept(functionArn, credentials);
  };

  /** Idempotent. */
  close(): Promise<void> {
    return this.#endpoint.close();
  }

  #providerOf(functionArn: string): CredentialProvider {
    const { source } = this.#options;
    switch (source.mode) {
      case 'forward':
        return this.#forwarded.providerOf(functionArn);
      case 'ambient':
        return source.master;
      case 'given':
        return source.providerOf(functionArn);
      case 'assume-role':
        return this.#roleProvider(functionArn, source);
    }
  }

  #roleProvider(
    functionArn: string,
    { assumeRole, roleOf, lane, explain }: Extract<CredentialSource, { mode: 'assume-role' }>,
  ): CredentialProvider {
    const onProblem = (error: unknown): void => this.#options.onProblem(functionArn, error);
    const sessionName = roleSessionName(lane, functionArn.split(':')[6] ?? functionArn);
    let provider: Promise<CredentialProvider> | undefined;
    const find = async (): Promise<CredentialProvider> =>
      assumeRoleProvider({
        roleArn: await roleOf(functionArn),
        sessionName,
        assumeRole,
        onRetry: onProblem,
        ...(explain === undefined ? {} : { explain }),
      });
    const { now } = this.#options;
    const refreshing = new RefreshingCredentials(
      async () => {
        provider ??= find().catch((error: unknown) => {
          provider = undefined;
          throw error;
        });
        return await (await provider)();
      },
      { onProblem, ...(now === undefined ? {} : { now }) },
    );
    // The first answer should be ready when the handler asks. Where it fails the handler's request says so.
    refreshing.get().catch(() => {});
    return refreshing.get;
  }
}
