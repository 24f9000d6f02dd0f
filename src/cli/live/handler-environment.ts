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
import { explainAwsFailure } from './aws-failure.ts';
import type { DeployedFunctions } from './deployed-functions.ts';

export type HandlerEnvironmentOptions = {
  readonly mode: HandlerCredentialsMode;
  readonly lane: string;
  /** The developer's own. */
  readonly master: CredentialProvider;
  readonly assumeRole: AssumeRole;
  /** What is deployed: its role, and the variables that the configuration does not give. */
  readonly deployed: DeployedFunctions;
  /** Where the handlers' SDK clients go: an emulator. @default AWS */
  readonly endpoint?: string;
  readonly store: SessionStore;
  readonly closers: Closers;
};

export type HandlerEnvironment = {
  environmentOf(spec: FunctionSpec): Promise<Readonly<Record<string, string>>>;
  readonly onCredentials?: (functionArn: string, credentials: AwsCredentials) => void;
  /** Asks ahead for what the workers of these functions will need. */
  onServing(functions: readonly FunctionSpec[]): void;
};

/** What the environment of a session's handlers has from AWS: credentials, and the deployed function's own variables. */
export function createHandlerEnvironment(options: HandlerEnvironmentOptions): HandlerEnvironment {
  const { mode, endpoint, store, closers, deployed: functions } = options;
  const unknown = new Set<string>();
  const credentials = new HandlerCredentials({
    source: sourceOf(options),
    onProblem: (functionArn, error) => warn(store, `Credentials of ${nameOf(functionArn)}`, error),
    ...(endpoint === undefined ? {} : { endpointUrl: endpoint }),
  });
  closers.add(() => credentials.close());
  return {
    async environmentOf(spec) {
      const [deployed, given] = await Promise.all([
        deployedVariables(spec).catch((error: unknown) => {
          // Once: every reload of a function that is not deployed would say it again.
          if (!unknown.has(spec.arn))
            warn(store, `The deployed variables of ${spec.name} are not known`, error);
          unknown.add(spec.arn);
          return {};
        }),
        credentials.environmentOf(spec),
      ]);
      return { ...withoutCredentials({ ...deployed, ...spec.environment }), ...given };
    },
    ...(mode === 'forward' ? { onCredentials: credentials.accept } : {}),
    onServing: (served) => void functions.prefetch(served.map(({ arn }) => arn)),
  };

  /**
   * Table names and the like, which a deployment made: the configuration on disk cannot know them. The stub's own are
   * not the handler's.
   */
  async function deployedVariables({ arn }: FunctionSpec): Promise<Readonly<Record<string, string>>> {
    const { environment } = await functions.of(arn);
    return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('LLX_')));
  }
}

function sourceOf({
  mode,
  master,
  assumeRole,
  deployed,
  lane,
  endpoint,
}: HandlerEnvironmentOptions): CredentialSource {
  if (mode === 'forward') return { mode };
  if (mode === 'ambient') return { mode, master };
  return {
    mode,
    assumeRole,
    lane,
    roleOf: async (functionArn) => (await deployed.of(functionArn)).roleArn,
    explain: (error, resource) =>
      explainAwsFailure(error, { action: 'sts:AssumeRole', resource }, { emulator: endpoint !== undefined }),
  };
}

function warn(store: SessionStore, what: string, error: unknown): void {
  // What AWS or the network says is no defect of llx, whatever class it has.
  const text = isLlxError(error) ? errorText(error) : error instanceof Error ? error.message : String(error);
  store.dispatch({ type: 'notice', level: 'warning', text: `${what}: ${text}` });
}

function nameOf(functionArn: string): string {
  return functionArn.split(':')[6] ?? functionArn;
}
