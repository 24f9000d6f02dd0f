import { stsAssumeRole } from '../../credentials/sts-assume-role.ts';
import type { EmulatorState } from '../../emulator/http/state-route.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import { proxyFor } from '../../transport/mqtt/proxy-for.ts';
import type { AwsAccess } from './aws-access.ts';
import { AwsHttpHandler } from './aws-http-handler.ts';
import { DeployedFunctions } from './deployed-functions.ts';
import { createHandlerEnvironment, type HandlerEnvironment } from './handler-environment.ts';
import type { LiveFlags, LiveOpening } from './open-live.ts';

/** AWS as the developer reaches it. */
type Reach = {
  readonly access: AwsAccess;
  readonly credentials: CredentialProvider;
  /** In AWS's place: a role of the account must not be assumed for its functions. */
  readonly emulator: EmulatorState | undefined;
};

/** What the handlers of a session have from AWS, whatever broker their events come over. */
export function openHandlers(
  { access, credentials, emulator }: Reach,
  flags: Pick<LiveFlags, 'credentials' | 'lane'>,
  { configuration, store, closers }: LiveOpening,
): HandlerEnvironment {
  const endpoint = emulator === undefined ? {} : { endpoint: emulator.endpoint };
  const requestHandler = new AwsHttpHandler(proxyFor);
  closers.add(async () => requestHandler.destroy());
  return createHandlerEnvironment({
    mode: flags.credentials,
    lane: flags.lane ?? configuration.lane,
    master: credentials,
    assumeRole: stsAssumeRole({ master: credentials, region: access.region, requestHandler, ...endpoint }),
    deployed: new DeployedFunctions(access),
    store,
    closers,
    ...endpoint,
  });
}
