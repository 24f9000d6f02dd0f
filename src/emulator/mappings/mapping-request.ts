import { notImplemented } from '../http/aws-error.ts';
import { memberOf } from '../json-object.ts';
import { Members } from '../lambda/functions/members.ts';
import { invalidParameter } from '../lambda/lambda-errors.ts';
import { EventPatternError } from './event-pattern.ts';
import { compileFilters } from './filter-criteria.ts';
import type { Mapping } from './mapping.ts';

/** What Create and Update may set. Absent: as it was, or its default. */
export type MappingSettings = Partial<
  Pick<
    Mapping,
    'enabled' | 'batchSize' | 'windowSeconds' | 'reportsFailures' | 'filters' | 'maximumConcurrency'
  >
>;

export const DEFAULT_SETTINGS = {
  enabled: true,
  batchSize: 10,
  windowSeconds: 0,
  reportsFailures: false,
  filters: [],
  maximumConcurrency: undefined,
} satisfies MappingSettings;

type Input = Readonly<Record<string, unknown>>;

const MOST_FILTERS = 5;
const LONGEST_PATTERN = 4096;

/** Members that belong to streams, Kafka and brokers; a queue has no use for them. */
const FOREIGN_MEMBERS = [
  'StartingPosition',
  'StartingPositionTimestamp',
  'ParallelizationFactor',
  'BisectBatchOnFunctionError',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'TumblingWindowInSeconds',
  'DestinationConfig',
  'Topics',
  'Queues',
  'SourceAccessConfigurations',
  'SelfManagedEventSource',
] as const;

/** @throws AwsError 400 ValidationException or InvalidParameterValueException */
export function readMappingSettings(input: Input): MappingSettings {
  const members = new Members(input);
  const enabled = members.boolean('Enabled');
  const batchSize = members.integer('BatchSize', { min: 1, max: 10_000 });
  const windowSeconds = members.integer('MaximumBatchingWindowInSeconds', { min: 0, max: 300 });
  const types = members.list('FunctionResponseTypes', {
    max: 1,
    each: { values: ['ReportBatchItemFailures'] },
  });
  const scaling = members.structure('ScalingConfig');
  const maximumConcurrency = scaling?.integer('MaximumConcurrency', { min: 2, max: 1000 });
  members.check();
  for (const name of FOREIGN_MEMBERS) {
    if (!members.isEmpty(name))
      throw invalidParameter(`Unsupported parameter for SQS event sources: ${name}`);
  }
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(batchSize === undefined ? {} : { batchSize }),
    ...(windowSeconds === undefined ? {} : { windowSeconds }),
    ...(types === undefined ? {} : { reportsFailures: types.length > 0 }),
    ...(input.FilterCriteria === undefined ? {} : { filters: readFilters(input.FilterCriteria) }),
    // An empty ScalingConfig removes the limit.
    ...(scaling === undefined ? {} : { maximumConcurrency }),
  };
}

/** An empty FilterCriteria removes the filters. */
function readFilters(criteria: unknown): readonly string[] {
  const given = memberOf(criteria, 'Filters');
  const filters: readonly unknown[] = Array.isArray(given) ? given : [];
  if (filters.length > MOST_FILTERS) {
    throw invalidParameter(
      `Invalid filter pattern definition. Number of filters may not exceed ${MOST_FILTERS}.`,
    );
  }
  const patterns = filters.map((filter) => {
    const pattern = memberOf(filter, 'Pattern');
    if (typeof pattern === 'string' && pattern.length <= LONGEST_PATTERN) return pattern;
    throw invalidParameter('Invalid filter pattern definition.');
  });
  try {
    compileFilters(patterns);
  } catch (error) {
    if (!(error instanceof EventPatternError)) throw error;
    throw invalidParameter('Invalid filter pattern definition.', error);
  }
  return patterns;
}

/**
 * What must hold between settings, whether they are new or were there.
 *
 * @throws AwsError 400 InvalidParameterValueException
 */
export function checkMapping({ batchSize, windowSeconds }: Mapping, fifo: boolean): void {
  if (fifo && windowSeconds > 0) {
    throw invalidParameter('Batching window is not supported for FIFO queues');
  }
  if (fifo && batchSize > 10) {
    throw invalidParameter('Batch size must be less than or equal to 10 for FIFO queues');
  }
  if (batchSize > 10 && windowSeconds === 0) {
    throw invalidParameter(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    );
  }
}

/**
 * The ARN of a queue: other sources are known to AWS, and not to this emulator.
 *
 * @throws AwsError 400 InvalidParameterValueException or 501 NotImplementedException
 */
export function readSourceArn(input: Input): string {
  const members = new Members(input);
  const arn = members.text('EventSourceArn');
  members.check();
  if (!members.isEmpty('SelfManagedEventSource')) throw unsupported('self-managed Kafka');
  const service = arn?.split(':')[2];
  if (arn === undefined || service === undefined) throw invalidParameter('Unrecognized event source.');
  if (service !== 'sqs') throw unsupported(service);
  return arn;
}

function unsupported(source: string): Error {
  return notImplemented(
    `CreateEventSourceMapping for ${source.slice(0, 100)}: its event sources are SQS queues`,
  );
}
