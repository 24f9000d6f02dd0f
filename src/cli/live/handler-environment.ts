import type { AssumeRole } from '../../credentials/assume-role.ts';
import {
  type CredentialSource,
  HandlerCredentials,
  type HandlerCredentialsMode,
} from '../../credentials/handler-credentials.ts';
import { isLlxError } from '../../errors/llx-error.ts';
import type { FunctionSpec } from '../../runtime/invocation.ts';
import { withoutCredentials } from '../../runtime/worker-environment.ts';
import type { SessionStore } from '../../session/store.ts';
import type { AwsCredentials, CredentialProvider } from '../../signature/credentials.ts';
import type { Closers } from '../closers.ts';
import { errorText } from '../error-text.ts';
import type { DeployedConfiguration } from './aws-access.ts';
import { explainAwsFailure } from './aws-failure.ts';

export type HandlerEnvironmentOptions = {
  readonly mode: HandlerCredentialsMode;
  readonly lane: string;
  /** The developer's own. */
  readonly master: CredentialProvider;
  readonly assumeRole: AssumeRole;
  /** What is deployed: its role, and the variables that the configuration does not give. */
  readonly deployed: (functionArn: string) => Promise<DeployedConfiguration>;
  /** Where the handlers' SDK clients go: an emulator. @default AWS */
  readonly endpoint?: string;
  readonly store: SessionStore;
  readonly closers: Closers;
};

export type HandlerEnvironment = {
  environmentOf(spec: FunctionSpec): Promise<Readonly<Record<string, string>>>;
  readonly onCredentials?: (functionArn: string, credentials: AwsCredentials) => void;
};

/** What the environment of a session's handlers has from AWS: credentials, and the deployed function's own variables. */
export function createHandlerEnvironment(options: HandlerEnvironmentOptions): HandlerEnvironment {
  const { mode, endpoint, store, closers } = options;
  const credentials = new HandlerCredentials({
    source: sourceOf(options),
    onProblem: (functionArn, error) => warn(store, `Credentials of ${nameOf(functionArn)}`, error),
    ...(endpoint === undefined ? {} : { endpointUrl: endpoint }),
  });
  closers.add(() => credentials.close());
  return {
    async environmentOf(spec) {
      const [deployed, given] = await Promise.all([
        deployedVariables(spec, options),
        credentials.environmentOf(spec),
      ]);
      return { ...withoutCredentials({ ...deployed, ...spec.environment }), ...given };
    },
    ...(mode === 'forward' ? { onCredentials: credentials.accept } : {}),
  };
}

function sourceOf({ mode, master, assumeRole, deployed, lane }: HandlerEnvironmentOptions): CredentialSource {
  if (mode === 'forward') return { mode };
  if (mode === 'ambient') return { mode, master };
  return {
    mode,
    assumeRole,
    lane,
    roleOf: async (functionArn) => (await deployed(functionArn)).roleArn,
    explain: (error, resource) => explainAwsFailure(error, { action: 'sts:AssumeRole', resource }),
  };
}

/**
 * Table names and the like, which a deployment made: the configuration on disk cannot know them. The stub's own are not
 * the handler's.
 */
async function deployedVariables(
  spec: FunctionSpec,
  { deployed, store }: HandlerEnvironmentOptions,
): Promise<Readonly<Record<string, string>>> {
  try {
    const { environment } = await deployed(spec.arn);
    return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('LLX_')));
  } catch (error) {
    warn(store, `The deployed variables of ${spec.name} are not known`, error);
    return {};
  }
}

function warn(store: SessionStore, what: string, error: unknown): void {
  // What AWS or the network says is no defect of llx, whatever class it has.
  const text = isLlxError(error) ? errorText(error) : error instanceof Error ? error.message : String(error);
  store.dispatch({ type: 'notice', level: 'warning', text: `${what}: ${text}` });
}

function nameOf(functionArn: string): string {
  return functionArn.split(':')[6] ?? functionArn;
}
