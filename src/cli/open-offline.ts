import { HandlerCredentials } from '../credentials/handler-credentials.ts';
import type { SessionStore } from '../session/store.ts';
import { connectPacket } from '../transport/mqtt/packet-transport.ts';
import { connectSharded } from '../transport/sharded-transport.ts';
import type { Closers } from './closers.ts';
import type { Configuration } from './configuration.ts';
import type { DevAws } from './dev-aws.ts';
import { type EmulatorFlags, startConfiguredEmulator } from './offline.ts';

/** An emulator in this process, and a session beside it: no AWS at all. */
export async function openOffline(
  flags: EmulatorFlags,
  configuration: Configuration,
  store: SessionStore,
  closers: Closers,
): Promise<DevAws> {
  const emulator = await startConfiguredEmulator(configuration, flags, store);
  closers.add(() => emulator.close());
  const { endpoint, mqtt, account, region } = emulator;
  const credentials = new HandlerCredentials({
    // Those that the deployed handler has: beside the emulator there is nobody to ask and nobody to trust.
    source: {
      mode: 'given',
      providerOf: (functionArn) => async () =>
        emulator.identities.functionCredentials(functionArn.split(':')[6] ?? functionArn),
    },
    endpointUrl: endpoint,
    onProblem: (functionArn, error) =>
      store.dispatch({
        type: 'notice',
        level: 'warning',
        text: `Credentials of ${functionArn}: ${String(error)}`,
      }),
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
    connect: (options) => connectSharded((one) => connectPacket({ ...one, url: mqtt }), options),
    readRetained: (topic) => emulator.broker.retained(topic),
    credentials: async () => emulator.identities.ownCredentials(),
    environmentOf: credentials.environmentOf,
    onServing: () => emulator.prepareStubs(),
  };
}
