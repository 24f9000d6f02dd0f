import { readFile } from 'node:fs/promises';
import type { HandlerCredentialsMode } from '../../credentials/handler-credentials.ts';
import type { EmulatorState } from '../../emulator/http/state-route.ts';
import { LlxError } from '../../errors/llx-error.ts';
import { QUOTA_PROFILES } from '../../protocol/quota-profile.ts';
import type { SessionStore } from '../../session/store.ts';
import { connectIotCore } from '../../transport/mqtt/connect-iot-core.ts';
import { proxyFor } from '../../transport/mqtt/proxy-for.ts';
import { connectSharded } from '../../transport/sharded-transport.ts';
import type { Closers } from '../closers.ts';
import type { Configuration } from '../configuration.ts';
import type { DevAws } from '../dev-aws.ts';
import { checkSessionReaches, readEmulatorState } from '../emulator-client.ts';
import { openAwsAccess } from './aws-access.ts';
import { doctorCommand } from './doctor-command.ts';
import { functionsInAws } from './functions-in-aws.ts';
import { iotClient } from './iot-client.ts';
import { masterCredentials } from './master-credentials.ts';
import { openHandlers } from './open-handlers.ts';
import { openPlainEmulator } from './open-plain-emulator.ts';
import { openRetainedMessages } from './read-retained-message.ts';

export type LiveFlags = {
  /** Of an emulator; absent: AWS. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  /** What the handlers get. */
  readonly credentials: HandlerCredentialsMode;
  readonly lane?: string;
};

export type LiveOpening = {
  readonly configuration: Configuration;
  readonly store: SessionStore;
  readonly closers: Closers;
  readonly signal: AbortSignal;
};

/**
 * AWS, or an emulator that plays it: STS says who the developer is, IoT where the broker is; then MQTT over WebSocket,
 * signed with the developer's credentials at every connect.
 */
export async function openLive(flags: LiveFlags, opening: LiveOpening): Promise<DevAws> {
  const { configuration, store, closers, signal } = opening;
  const emulator = flags.endpoint === undefined ? undefined : await readEmulatorState(flags.endpoint, signal);
  if (flags.endpoint !== undefined && emulator !== undefined) checkSessionReaches(flags.endpoint, emulator);
  const profile = flags.profile === undefined ? {} : { profile: flags.profile };
  const credentials = masterCredentials(profile, emulator);
  const access = await openAwsAccess({
    ...regionOf(flags, configuration.written.region, emulator),
    ...profile,
    ...(emulator === undefined ? {} : { endpoint: emulator.endpoint }),
    credentials,
    proxy: proxyFor,
    env: process.env,
    doctor: doctorCommand(flags),
  });
  closers.add(async () => access.close());
  const handlers = openHandlers({ access, credentials, emulator }, flags, opening);
  if (emulator !== undefined && emulator.wss === undefined) {
    return openPlainEmulator(emulator, handlers, credentials, configuration);
  }
  const [identity, endpoint] = await Promise.all([access.identity(signal), access.dataEndpoint(signal)]);
  const scope = { region: access.region, account: identity.account };
  checkAccount(configuration, scope.account);
  const place = { endpoint, region: access.region, credentials, ...(await authorityOf(emulator)) };
  const client = iotClient(process.env);
  const retained = openRetainedMessages({ ...place, proxy: proxyFor });
  closers.add(async () => retained.close());
  return {
    mode: 'live',
    place: `${scope.region} ${scope.account}`,
    ...(emulator === undefined ? {} : { endpoint: emulator.endpoint }),
    broker: `wss://${endpoint}`,
    ...scope,
    identity: identity.arn,
    functions: await functionsInAws(scope, emulator === undefined ? credentials : undefined, opening),
    connect: (options) =>
      connectSharded((one) => connectIotCore({ ...one, ...place, ...client, proxy: proxyFor }), options, {
        profile: QUOTA_PROFILES['iot-core'],
        onPacing: (pacing) => store.dispatch({ type: 'pacing', ...pacing }),
      }),
    readRetained: (topic, within) => retained.read(topic, within),
    quotas: QUOTA_PROFILES['iot-core'],
    credentials,
    ...handlers,
  };
}

/** Of an emulator its own; else what `resolveRegion` makes of flag and configuration, as the doctor does. */
export function regionOf(
  { region }: Pick<LiveFlags, 'region'>,
  configuredRegion: string | undefined,
  emulator: EmulatorState | undefined,
): { readonly region?: string; readonly configuredRegion?: string } {
  if (emulator !== undefined) return { region: emulator.region };
  return {
    ...(region === undefined ? {} : { region }),
    ...(configuredRegion === undefined ? {} : { configuredRegion }),
  };
}

async function authorityOf(emulator: EmulatorState | undefined): Promise<{ readonly ca?: string }> {
  return emulator?.ca === undefined ? {} : { ca: await readFile(emulator.ca, 'utf8') };
}

/** Keys of another account would look for functions that are not there, or worse, find others of the same name. */
function checkAccount({ written, file }: Configuration, account: string): void {
  if (written.account === undefined || written.account === account) return;
  throw new LlxError('LLX_ACCOUNT_MISMATCH', {
    message: `Expected credentials of the account ${written.account}, as ${file} says, found those of ${account}.`,
    mend: `Use a profile of that account: llx dev --profile NAME\nOr change \`account\` in ${file}`,
  });
}
