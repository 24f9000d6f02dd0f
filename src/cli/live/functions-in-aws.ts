import type { CredentialProvider } from '../../signature/credentials.ts';
import { proxyFor } from '../../transport/mqtt/proxy-for.ts';
import { type ConfiguredFunction, functionsIn } from '../configuration.ts';
import { AwsHttpHandler } from './aws-http-handler.ts';
import type { LiveOpening } from './open-live.ts';

type Scope = { readonly region: string; readonly account: string };

/**
 * The functions under the names that they have in AWS: CloudFormation is asked where a CDK app leaves them open. Rejects
 * as `locateFunctions`.
 *
 * @param credentials absent: of an emulator, which got the names from the project itself.
 */
export async function functionsInAws(
  scope: Scope,
  credentials: CredentialProvider | undefined,
  { configuration, store, signal }: Pick<LiveOpening, 'configuration' | 'store' | 'signal'>,
): Promise<readonly ConfiguredFunction[]> {
  if (configuration.app === undefined || credentials === undefined) {
    return functionsIn(scope, configuration.functions);
  }
  const [{ StackResources }, { locateFunctions }] = await Promise.all([
    import('./stack-resources.ts'),
    import('./locate-functions.ts'),
  ]);
  const requestHandler = new AwsHttpHandler(proxyFor);
  const stacks = new StackResources({ region: scope.region, credentials, requestHandler });
  try {
    return await locateFunctions(configuration.functions, {
      ...scope,
      stacks,
      signal,
      onMissing: (text) => store.dispatch({ type: 'notice', level: 'warning', text }),
    });
  } finally {
    requestHandler.destroy();
  }
}
