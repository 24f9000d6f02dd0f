import type { CloudFormationClient, CloudFormationClientConfig } from '@aws-sdk/client-cloudformation';
import { partitionOf } from '../../protocol/partition.ts';
import { explainAwsFailure } from './aws-failure.ts';

/** Physical ids by logical id. */
export type PhysicalIds = ReadonlyMap<string, string>;

export type StackResourcesOptions = Pick<CloudFormationClientConfig, 'requestHandler'> & {
  readonly region: string;
  readonly credentials: NonNullable<CloudFormationClientConfig['credentials']>;
  /** @default AWS */
  readonly endpoint?: string;
};

/** What CloudFormation has made of the stacks of an app; each stack is asked for once. */
export class StackResources {
  readonly #options: StackResourcesOptions;
  readonly #known = new Map<string, Promise<PhysicalIds | undefined>>();
  #client: Promise<CloudFormationClient> | undefined;

  constructor(options: StackResourcesOptions) {
    this.#options = options;
  }

  /**
   * The resources of a stack, or undefined when it is not deployed. Rejects with a LlxError: LLX_CREDENTIALS_*,
   * LLX_AWS_DENIED, LLX_UNREACHABLE or LLX_AWS_FAILED.
   *
   * @param nested logical ids of the nested stacks to go down, from the outside.
   */
  async of(
    stackName: string,
    nested: readonly string[],
    signal?: AbortSignal,
  ): Promise<PhysicalIds | undefined> {
    let resources = await this.#ask(stackName, signal);
    for (const logicalId of nested) {
      // The physical id of a nested stack is its ARN, which is as good as a name.
      const arn = resources?.get(logicalId);
      resources = arn === undefined ? undefined : await this.#ask(arn, signal);
    }
    return resources;
  }

  async close(): Promise<void> {
    (await this.#client)?.destroy();
  }

  #ask(stackName: string, signal: AbortSignal | undefined): Promise<PhysicalIds | undefined> {
    const known = this.#known.get(stackName) ?? this.#list(stackName, signal);
    this.#known.set(stackName, known);
    return known;
  }

  async #list(stackName: string, signal: AbortSignal | undefined): Promise<PhysicalIds | undefined> {
    const { CloudFormationClient, paginateListStackResources } = await import(
      '@aws-sdk/client-cloudformation'
    );
    this.#client ??= Promise.resolve(new CloudFormationClient({ ...this.#options, maxAttempts: 3 }));
    const client = await this.#client;
    const found = new Map<string, string>();
    try {
      const pages = paginateListStackResources({ client }, { StackName: stackName }, abortable(signal));
      for await (const { StackResourceSummaries = [] } of pages) {
        for (const { LogicalResourceId, PhysicalResourceId, ResourceStatus } of StackResourceSummaries) {
          if (LogicalResourceId === undefined || PhysicalResourceId === undefined) continue;
          // What was deleted stays in the list for a while.
          if (ResourceStatus !== 'DELETE_COMPLETE') found.set(LogicalResourceId, PhysicalResourceId);
        }
      }
      return found;
    } catch (error) {
      if (isNoStack(error)) return undefined;
      throw explainAwsFailure(error, {
        action: 'cloudformation:ListStackResources',
        resource: stackName.startsWith('arn:')
          ? stackName
          : `arn:${partitionOf(this.#options.region)}:cloudformation:${this.#options.region}:*:stack/${stackName}/*`,
      });
    }
  }
}

/** CloudFormation has no error of its own for it. */
function isNoStack(error: unknown): boolean {
  return error instanceof Error && error.name === 'ValidationError' && / does not exist$/.test(error.message);
}

function abortable(signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
