import { QUOTA_PROFILES } from '../protocol/quota-profile.ts';
import { presignWebSocketUrl } from '../signature/presign-websocket-url.ts';
import type { CreateStubOptions } from './create-stub.ts';
import { EnvironmentCredentials } from './environment-credentials.ts';
import { readRetainedFromIotCore } from './read-retained-from-iot-core.ts';
import type { StubSettings } from './stub-settings.ts';

/** The stub of a deployed function, as its settings and its environment (of credentials) say. */
export function lambdaStubOptions(
  settings: StubSettings,
  environment: NodeJS.ProcessEnv,
  print: (line: string) => void,
): CreateStubOptions {
  const credentials = new EnvironmentCredentials(environment);
  return {
    arn: settings.arn,
    mode: settings.mode,
    observeSample: settings.observeSample,
    onNotice: print,
    ...brokerOptions(settings.broker, credentials),
    ...(settings.forwardsCredentials ? { credentials: () => credentials.current() } : {}),
    ...(settings.verbose
      ? { onDrop: ({ reason, detail }) => print(`llx: dropped ${reason}: ${detail}`) }
      : {}),
  };
}

function brokerOptions(
  broker: StubSettings['broker'],
  credentials: EnvironmentCredentials,
): Pick<CreateStubOptions, 'brokerUrl' | 'username' | 'password' | 'tls' | 'quotas' | 'readRetained'> {
  if (broker.type === 'other') {
    const { url, username, password, tls } = broker;
    return { brokerUrl: url, username, password, tls };
  }
  const { endpoint, region, ca } = broker;
  const read = () => credentials.read();
  return {
    // Signed anew at every connect: a signature is good for minutes, and the credentials behind it for hours.
    brokerUrl: async () => presignWebSocketUrl({ host: endpoint, region, credentials: await read() }),
    tls: { ca },
    quotas: QUOTA_PROFILES['iot-core'],
    readRetained: readRetainedFromIotCore({ endpoint, region, credentials: read, ca }),
  };
}
