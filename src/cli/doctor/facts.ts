import type { CredentialProvider } from '../../signature/credentials.ts';
import type { AwsAccess, AwsIdentity, DeployedConfiguration } from '../live/aws-access.ts';
import type { BrokerAccess } from './broker-access.ts';

/** What checks learn for the checks after them. */
export type Learned = {
  region: string;
  credentials: CredentialProvider;
  aws: AwsAccess;
  identity: AwsIdentity;
  /** `host[:port]` of the broker. */
  address: string;
  broker: BrokerAccess;
  [deployed: `deployed:${string}`]: DeployedConfiguration;
};

/** A board that each check writes to and reads from; whoever reads names in `needs` the check that writes. */
export class Facts {
  readonly #values = new Map<keyof Learned, Learned[keyof Learned]>();

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
}
