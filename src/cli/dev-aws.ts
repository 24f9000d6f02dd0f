import type { QuotaProfile } from '../protocol/quota-profile.ts';
import type { FunctionSpec } from '../runtime/invocation.ts';
import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import type { ConnectOptions, Transport } from '../transport/transport.ts';
import type { ConfiguredFunction } from './configuration.ts';
import type { ServedApi } from './served-apis.ts';

/** What a session runs against: AWS, an emulator in this process or another, or a broker of the user's own. */
export type DevAws = {
  readonly mode: 'offline' | 'live' | 'broker';
  /** For people: what is at the other end, beside the mode. */
  readonly place: string;
  /** Of Lambda's API; absent where nothing is known of it. */
  readonly endpoint?: string;
  /** Without credentials and query. */
  readonly broker: string;
  readonly account: string;
  readonly region: string;
  /** Who the developer is to AWS. */
  readonly identity?: string;
  /** The functions of the configuration, with the ARNs that they have there. */
  readonly functions: readonly ConfiguredFunction[];
  /** Of the configuration, where they are served. @default none */
  readonly apis?: readonly ServedApi[];
  connect(options: ConnectOptions): Promise<Transport>;
  readonly readRetained?: ReadRetained;
  /** What the broker allows a connection. @default none */
  readonly quotas?: QuotaProfile;
  /** Whose calls to Lambda's API are made from here: the developer's. */
  readonly credentials: CredentialProvider;
  /** What a worker's environment gets beside the function's own: credentials, and where AWS is. */
  environmentOf(spec: FunctionSpec): Promise<Readonly<Record<string, string>>>;
  /** Takes what a stub sent along, with `--credentials forward`. */
  readonly onCredentials?: (functionArn: string, credentials: AwsCredentials) => void;
  /** The session has its lanes of these: what their first invocations need can be done ahead. */
  onServing(functions: readonly FunctionSpec[]): void;
};
