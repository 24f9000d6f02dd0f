import { type FunctionReference, type FunctionScope, functionArn } from '../lambda/function-name.ts';

/** An event source mapping of a queue. */
export type Mapping = {
  readonly uuid: string;
  readonly functionName: string;
  readonly qualifier: string | undefined;
  readonly sourceArn: string;
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly windowSeconds: number;
  readonly reportsFailures: boolean;
  /** JSON of patterns; one of them must match. */
  readonly filters: readonly string[];
  readonly maximumConcurrency: number | undefined;
  /** Epoch milliseconds. */
  readonly lastModified: number;
};

/** What its pollers are doing: a change is carried out before its answer is read, so most of them last one answer. */
export type MappingState =
  | 'Creating'
  | 'Enabling'
  | 'Enabled'
  | 'Updating'
  | 'Disabling'
  | 'Disabled'
  | 'Deleting';

export function mappingArn({ region, account }: FunctionScope, uuid: string): string {
  return `arn:aws:lambda:${region}:${account}:event-source-mapping:${uuid}`;
}

export function functionOf({ functionName, qualifier }: Mapping): FunctionReference {
  return { name: functionName, qualifier };
}

/** EventSourceMappingConfiguration: https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html */
export function mappingAnswer(
  mapping: Mapping,
  scope: FunctionScope,
  state: MappingState = mapping.enabled ? 'Enabled' : 'Disabled',
): Readonly<Record<string, unknown>> {
  const { uuid, functionName, qualifier, filters, maximumConcurrency } = mapping;
  return {
    UUID: uuid,
    EventSourceMappingArn: mappingArn(scope, uuid),
    EventSourceArn: mapping.sourceArn,
    FunctionArn: functionArn(scope, functionName, qualifier),
    BatchSize: mapping.batchSize,
    MaximumBatchingWindowInSeconds: mapping.windowSeconds,
    FunctionResponseTypes: mapping.reportsFailures ? ['ReportBatchItemFailures'] : [],
    ...(filters.length === 0 ? {} : { FilterCriteria: { Filters: filters.map((Pattern) => ({ Pattern })) } }),
    ...(maximumConcurrency === undefined
      ? {}
      : { ScalingConfig: { MaximumConcurrency: maximumConcurrency } }),
    State: state,
    StateTransitionReason: 'USER_INITIATED',
    LastModified: mapping.lastModified / 1000,
  };
}
