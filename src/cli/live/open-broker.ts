import { readFile } from 'node:fs/promises';
import { LlxError } from '../../errors/llx-error.ts';
import { parseBrokerUrl } from '../../transport/mqtt/broker-address.ts';
import type { BrokerLocation, TlsMaterial } from '../../transport/mqtt/broker-location.ts';
import { connectMqtt } from '../../transport/mqtt/mqtt-transport.ts';
import { isPem } from '../../transport/mqtt/pem.ts';
import { proxyFor } from '../../transport/mqtt/proxy-for.ts';
import { connectSharded } from '../../transport/sharded-transport.ts';
import type { Configuration } from '../configuration.ts';
import type { DevAws } from '../dev-aws.ts';
import { checkSessionReaches, readEmulatorState } from '../emulator-client.ts';
import { type AwsAccess, openAwsAccess } from './aws-access.ts';
import { doctorCommand } from './doctor-command.ts';
import { functionsInAws } from './functions-in-aws.ts';
import { masterCredentials } from './master-credentials.ts';
import { openHandlers } from './open-handlers.ts';
import { type LiveFlags, type LiveOpening, regionOf } from './open-live.ts';

export type BrokerFlags = LiveFlags & {
  /** May hold user and password. */
  readonly broker: string;
};

/**
 * A broker of the user's own in place of IoT Core. AWS is asked who the developer is only where the configuration does
 * not say the account, and for the handlers' credentials.
 */
export async function openBroker(flags: BrokerFlags, opening: LiveOpening): Promise<DevAws> {
  const { configuration, closers, signal } = opening;
  const location = await locationOf(flags.broker, process.env);
  const emulator = flags.endpoint === undefined ? undefined : await readEmulatorState(flags.endpoint, signal);
  if (flags.endpoint !== undefined && emulator !== undefined) checkSessionReaches(flags.endpoint, emulator);
  // Where an emulator plays AWS, it plays all of it: a role of the account must not be assumed for its functions.
  const endpoint = emulator === undefined ? {} : { endpoint: emulator.endpoint };
  const profile = flags.profile === undefined ? {} : { profile: flags.profile };
  const credentials = masterCredentials(profile, emulator);
  const access = await openAwsAccess({
    // Its default, too: without AWS the region is only a part of the topics.
    ...regionOf(flags, configuration.region, emulator),
    ...profile,
    ...endpoint,
    credentials,
    proxy: proxyFor,
    env: process.env,
    doctor: doctorCommand(flags),
  });
  closers.add(async () => access.close());
  const handlers = openHandlers({ access, credentials, emulator }, flags, opening);
  const account = emulator?.account ?? (await accountOf(configuration, access, signal));
  const scope = { region: access.region, account };
  const { shown } = parseBrokerUrl(flags.broker);
  return {
    mode: 'broker',
    place: shown,
    broker: shown,
    ...scope,
    functions: await functionsInAws(scope, flags.endpoint === undefined ? credentials : undefined, opening),
    connect: (options) => connectSharded((one) => connectMqtt({ ...one, ...location }), options),
    credentials,
    ...handlers,
  };
}

async function accountOf(
  { written }: Configuration,
  access: AwsAccess,
  signal: AbortSignal,
): Promise<string> {
  return written.account ?? (await access.identity(signal)).account;
}

/** User and password stand in the URL or in the environment, as the stub reads them; never on a command line's history. */
export async function locationOf(text: string, env: NodeJS.ProcessEnv): Promise<BrokerLocation> {
  const url = new URL(text);
  const username = url.username === '' ? env.LLX_BROKER_USERNAME : decodeURIComponent(url.username);
  const password = url.password === '' ? env.LLX_BROKER_PASSWORD : decodeURIComponent(url.password);
  url.username = '';
  url.password = '';
  return {
    url: url.href,
    proxy: proxyFor,
    tls: await tlsOf(env),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

async function tlsOf(env: NodeJS.ProcessEnv): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all(
    (['LLX_BROKER_CA', 'LLX_BROKER_CERT', 'LLX_BROKER_KEY'] as const).map((name) => pemOf(name, env)),
  );
  return { ca, cert, key };
}

/** PEM, or the file that holds it. */
async function pemOf(name: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const value = env[name];
  if (value === undefined || value === '') return undefined;
  if (isPem(value)) return value;
  try {
    return await readFile(value, 'utf8');
  } catch (cause) {
    // A key without its first line looks like a path: neither it nor the cause, which names it, may be shown.
    const secret = name === 'LLX_BROKER_KEY';
    throw new LlxError('LLX_CONFIG_INVALID', {
      message: `Expected PEM or the path of a PEM file in ${name}, found ${secret ? 'neither' : `${JSON.stringify(value)}, which cannot be read`}.`,
      mend: `export ${name}=/path/to/file.pem`,
      ...(secret ? {} : { cause }),
    });
  }
}
