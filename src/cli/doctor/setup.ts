import type { EmulatorState } from '../../emulator/http/state-route.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import type { BrokerAddress } from '../../transport/mqtt/broker-address.ts';
import type { BrokerLocation } from '../../transport/mqtt/broker-location.ts';
import type { ConnectOptions, Transport } from '../../transport/transport.ts';
import type { Configuration, ConfiguredFunction } from '../configuration.ts';
import type { AwsAccess } from '../live/aws-access.ts';
import type { RetainedMessages } from '../live/read-retained-message.ts';

/** Where the broker is that a session would use. */
export type BrokerPlace =
  | { readonly type: 'iot-core' }
  | {
      readonly type: 'other';
      readonly address: BrokerAddress;
      /** With its secrets: read from the environment when it is needed. */
      readonly location: () => Promise<BrokerLocation>;
    };

/** What is examined, and the ways to it: everything that touches the world comes in here. */
export type DoctorSetup = {
  /** `process.versions.node` of the running Node.js. */
  readonly nodeVersion: string;
  /** The project, or why there is none. */
  readonly configuration: { readonly found: Configuration } | { readonly problem: unknown };
  readonly broker: BrokerPlace;
  /** Of an emulator in place of AWS. */
  readonly emulator?: () => Promise<EmulatorState>;
  /** Of a CDK app in AWS: its functions under the names that CloudFormation gave them, those that are deployed. */
  readonly locate?: (
    scope: { readonly region: string; readonly account: string },
    credentials: CredentialProvider,
    signal: AbortSignal,
  ) => Promise<readonly ConfiguredFunction[]>;
  readonly region: () => Promise<string>;
  /** @param emulator what plays AWS, where something does */
  readonly credentials: (region: string, emulator?: EmulatorState) => Promise<DeveloperCredentials>;
  readonly openAws: (region: string, credentials: CredentialProvider) => Promise<AwsAccess>;
  readonly connectIotCore: (options: ConnectOptions & IotCorePlace) => Promise<Transport>;
  readonly connectBroker: (options: ConnectOptions & BrokerLocation) => Promise<Transport>;
  /** Waits between two retained publishes to one topic, of which IoT Core takes one a second. */
  readonly pause: (ms: number) => Promise<void>;
  /** Of IoT Core's data plane. */
  readonly openRetained: (place: IotCorePlace) => RetainedMessages;
  /** The proxy for a URL. */
  readonly proxy: (url: string) => string | undefined;
  /** The command that runs these checks again. */
  readonly command: string;
};

export type IotCorePlace = {
  /** `host[:port]` */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** PEM: of an emulator. */
  readonly ca?: string;
};

export type DeveloperCredentials = {
  readonly provider: CredentialProvider;
  /** For people: `profile "dev"`, `environment`. */
  readonly source: string;
};
