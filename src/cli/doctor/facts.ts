import type { EmulatorState } from '../../emulator/http/state-route.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import type { BrokerAddress } from '../../transport/mqtt/broker-address.ts';
import type { TlsMaterial } from '../../transport/mqtt/broker-location.ts';
import type { ReadRetained } from '../../transport/read-retained.ts';
import type { ConfiguredFunction } from '../configuration.ts';
import type { AwsAccess, AwsIdentity, DeployedConfiguration } from '../live/aws-access.ts';
import type { BrokerAccess } from './broker-access.ts';
import type { IotCorePlace } from './setup.ts';

/** What checks learn for the checks after them. */
export type Learned = {
  region: string;
  credentials: CredentialProvider;
  aws: AwsAccess;
  identity: AwsIdentity;
  emulator: EmulatorState;
  /** Only of IoT Core and what plays it. */
  place: IotCorePlace;
  /** Of the broker. */
  address: BrokerAddress;
  /** What its TLS needs beside the system's authorities. */
  tls: TlsMaterial;
  broker: BrokerAccess;
  retained: ReadRetained;
  /** Of a CDK app in AWS. */
  located: readonly ConfiguredFunction[];
  [deployed: `deployed:${string}`]: DeployedConfiguration;
};

/** A board that each check writes to and reads from; whoever reads names in `needs` the check that writes. */
export class Facts {
  readonly #values = new Map<keyof Learned, Learned[keyof Learned]>();
  readonly #closers: (() => void)[] = [];

  learn<Name extends keyof Learned>(name: Name, value: Learned[Name]): void {
    this.#values.set(name, value);
  }

  /** Throws where no check before has learned it: a defect in `needs`. */
  get<Name extends keyof Learned>(name: Name): Learned[Name] {
    const value = this.find(name);
    if (value === undefined) throw new Error(`expected a check before this one to learn "${name}"`);
    return value;
  }

  find<Name extends keyof Learned>(name: Name): Learned[Name] | undefined {
    // The key decides the type: `learn` is the only way in.
    return this.#values.get(name) as Learned[Name] | undefined;
  }

  /** For what a check opened and others go on using. */
  closeLater(close: () => void): void {
    this.#closers.push(close);
  }

  /** Idempotent. */
  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }
}
