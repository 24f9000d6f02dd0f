import { setTimeout } from 'node:timers/promises';
import { createSessionStore } from '../../session/store.ts';
import { parseBrokerUrl } from '../../transport/mqtt/broker-address.ts';
import { connectIotCore } from '../../transport/mqtt/connect-iot-core.ts';
import { connectMqtt } from '../../transport/mqtt/mqtt-transport.ts';
import { proxyFor } from '../../transport/mqtt/proxy-for.ts';
import { loadConfiguration } from '../configuration.ts';
import { readEmulatorState } from '../emulator-client.ts';
import { openAwsAccess } from '../live/aws-access.ts';
import { resolveRegion } from '../live/aws-region.ts';
import { doctorCommand } from '../live/doctor-command.ts';
import { functionsInAws } from '../live/functions-in-aws.ts';
import { masterCredentials } from '../live/master-credentials.ts';
import { locationOf } from '../live/open-broker.ts';
import { openRetainedMessages } from '../live/read-retained-message.ts';
import { packagePaths } from '../package-paths.ts';
import { credentialSource } from './credential-source.ts';
import type { DoctorSetup } from './setup.ts';

export type SetupFlags = {
  readonly endpoint?: string;
  readonly broker?: string;
  readonly profile?: string;
  readonly region?: string;
};

type Surroundings = {
  readonly env: NodeJS.ProcessEnv;
  /** Where the project is looked for, upwards. */
  readonly directory: string;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
};

/** The real world for the checks: this process, the project in its folder, AWS or what plays it. */
export async function openSetup(
  flags: SetupFlags,
  { env, directory, now }: Surroundings,
): Promise<DoctorSetup> {
  const { endpoint, broker } = flags;
  const configuration = await loadConfiguration(directory, { llxEntry: packagePaths.entry }).then(
    (found) => ({ found }),
    (problem: unknown) => ({ problem }),
  );
  const found = 'found' in configuration ? configuration.found : undefined;
  const configuredRegion = broker === undefined ? found?.written.region : found?.region;
  const profile = flags.profile === undefined ? {} : { profile: flags.profile };
  const command = doctorCommand(flags);
  const proxy = (url: string): string | undefined => proxyFor(url, env);
  return {
    nodeVersion: process.versions.node,
    configuration,
    broker:
      broker === undefined
        ? { type: 'iot-core' }
        : { type: 'other', address: parseBrokerUrl(broker), location: () => locationOf(broker, env) },
    ...(endpoint === undefined ? {} : { emulator: () => readEmulatorState(endpoint) }),
    ...(found?.app === undefined || endpoint !== undefined
      ? {}
      : {
          locate: (scope, credentials, signal) =>
            // Which are missing the checks of the functions say.
            functionsInAws(scope, credentials, { configuration: found, store: createSessionStore(), signal }),
        }),
    region: () =>
      resolveRegion({
        ...profile,
        ...(flags.region === undefined ? {} : { region: flags.region }),
        ...(configuredRegion === undefined ? {} : { configuredRegion }),
        env,
      }),
    credentials: async (region, emulator) => ({
      provider: masterCredentials({ ...profile, region }, emulator),
      source:
        emulator?.access === 'open'
          ? 'the development key: the emulator knows no users'
          : credentialSource(env, flags.profile),
    }),
    openAws: (region, credentials) =>
      openAwsAccess({
        region,
        credentials,
        env,
        proxy,
        doctor: command,
        ...(now === undefined ? {} : { now }),
        ...(endpoint === undefined ? {} : { endpoint }),
      }),
    // Not the device SDK: it keeps to itself with which code the broker refuses.
    connectIotCore: (options) => connectIotCore({ ...options, proxy, client: 'mqtt' }),
    connectBroker: (options) => connectMqtt({ ...options, proxy }),
    pause: async (ms) => await setTimeout(ms),
    openRetained: (place) => openRetainedMessages({ ...place, proxy }),
    proxy,
    command,
  };
}
