import type { EmulatorState } from '../../emulator/http/state-route.ts';
import { readRetainedOverHttp } from '../../emulator/lambda/stub-host/read-retained-over-http.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import { connectMqtt } from '../../transport/mqtt/mqtt-transport.ts';
import { connectSharded } from '../../transport/sharded-transport.ts';
import { type Configuration, functionsIn } from '../configuration.ts';
import type { DevAws } from '../dev-aws.ts';
import type { HandlerEnvironment } from './handler-environment.ts';

/** An emulator in another process that offers plain MQTT alone, as that of `llx dev --offline`. */
export function openPlainEmulator(
  emulator: EmulatorState,
  handlers: HandlerEnvironment,
  credentials: CredentialProvider,
  { functions }: Configuration,
): DevAws {
  const { endpoint, mqtt, account, region } = emulator;
  return {
    mode: 'live',
    place: endpoint,
    endpoint,
    broker: mqtt,
    account,
    region,
    functions: functionsIn(emulator, functions),
    connect: (options) => connectSharded((one) => connectMqtt({ ...one, url: mqtt }), options),
    readRetained: readRetainedOverHttp(endpoint, { region, credentials }),
    credentials,
    ...handlers,
  };
}
