import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HandlerCredentials } from '../credentials/handler-credentials.ts';
import type { SessionStore } from '../session/store.ts';
import { connectPacket } from '../transport/mqtt/packet-transport.ts';
import { connectSharded } from '../transport/sharded-transport.ts';
import type { Closers } from './closers.ts';
import type { Configuration } from './configuration.ts';
import type { DevAws } from './dev-aws.ts';
import { errorText } from './error-text.ts';
import { type EmulatorFlags, type EmulatorUse, startConfiguredEmulator } from './offline.ts';
import { servedApis } from './served-apis.ts';
import { stateDirectory } from './state-directory.ts';

export type OfflineAws = DevAws & { readonly endpoint: string };

/** An emulator in this process, and a session beside it: no AWS at all. */
export async function openOffline(
  flags: EmulatorFlags,
  configuration: Configuration,
  store: SessionStore,
  closers: Closers,
  use: Partial<EmulatorUse> = {},
): Promise<OfflineAws> {
  const emulator = await startConfiguredEmulator(configuration, flags, store, {
    stateInUse: 'ephemeral',
    ...use,
  });
  closers.add(() => emulator.close());
  const { endpoint, mqtt, account, region } = emulator;
  const warn = (text: string): void => store.dispatch({ type: 'notice', level: 'warning', text });
  const credentials = new HandlerCredentials({
    // Those that the deployed handler has: beside the emulator there is nobody to ask and nobody to trust.
    source: {
      mode: 'given',
      providerOf: (functionArn) => async () =>
        emulator.identities.functionCredentials(functionArn.split(':')[6] ?? functionArn),
    },
    endpointUrl: endpoint,
    onProblem: (functionArn, error) => warn(`Credentials of ${functionArn}: ${String(error)}`),
  });
  closers.add(() => credentials.close());
  return {
    mode: 'offline',
    place: endpoint,
    endpoint,
    broker: mqtt,
    account,
    region,
    functions: configuration.functions,
    ...(configuration.apis === undefined ? {} : { apis: servedApis(configuration.apis, { endpoint }) }),
    connect: (options) => connectSharded((one) => connectPacket({ ...one, url: mqtt }), options),
    readRetained: (topic) => emulator.broker.retained(topic),
    credentials: async () => emulator.identities.ownCredentials(),
    environmentOf: credentials.environmentOf,
    onServing(served) {
      // Of the others the deployed code is met by whoever invokes them.
      emulator.prepareStubs(served);
      // Where nothing was ever deployed, nothing of it is loaded before it is needed.
      const kept =
        flags.ephemeral !== true && existsSync(join(stateDirectory(configuration, flags), 'state.sqlite'));
      // IoT rules hear of messages only then, and whoever asks an API need not wait for it.
      const hears = configuration.topicRules !== undefined || configuration.apis !== undefined;
      if (kept || hears) emulator.loadServices().catch((error: unknown) => warn(errorText(error)));
    },
  };
}
