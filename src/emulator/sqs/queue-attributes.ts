import {
  parseRedriveAllowPolicy,
  parseRedrivePolicy,
  type RedriveAllowPolicy,
  type RedrivePolicy,
} from './redrive-policy.ts';
import { sqsError } from './sqs-error.ts';

/** As the API has them: every value is a string. */
export type QueueAttributes = Readonly<Record<string, string>>;

/** What the attributes of a queue mean. */
export type QueueSettings = {
  readonly fifo: boolean;
  readonly visibilityTimeoutMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly waitMs: number;
  readonly maximumMessageBytes: number;
  readonly contentBasedDeduplication: boolean;
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly redrive: RedrivePolicy | undefined;
  readonly redriveAllow: RedriveAllowPolicy | undefined;
};

const BOOLEAN = ['true', 'false'];

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const RULES: Readonly<
  Record<string, readonly [least: number, most: number] | readonly string[] | 'text' | 'JSON'>
> = {
  DelaySeconds: [0, 900],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  VisibilityTimeout: [0, 43_200],
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  KmsMasterKeyId: 'text',
  SqsManagedSseEnabled: BOOLEAN,
  Policy: 'JSON',
  RedrivePolicy: 'JSON',
  RedriveAllowPolicy: 'JSON',
  FifoQueue: ['true'],
  ContentBasedDeduplication: BOOLEAN,
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
};

const FIFO_ONLY: ReadonlySet<string> = new Set([
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

const DEFAULTS: QueueAttributes = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
  VisibilityTimeout: '30',
};

const FIFO_DEFAULTS: QueueAttributes = {
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};

export function withDefaults(attributes: QueueAttributes): QueueAttributes {
  return attributes.FifoQueue === 'true'
    ? { ...DEFAULTS, ...FIFO_DEFAULTS, ...attributes }
    : { ...DEFAULTS, ...attributes };
}

/**
 * Checks each attribute on its own; whether a redrive policy's queue exists is for who knows the queues.
 *
 * @throws AwsError InvalidAttributeName, InvalidAttributeValue or InvalidParameterValue
 */
export function checkAttributes(attributes: QueueAttributes, fifo: boolean): void {
  for (const [name, value] of Object.entries(attributes)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined || (FIFO_ONLY.has(name) && !fifo)) {
      throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
    if (!isValid(rule, value)) {
      throw sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
    }
  }
  // Parsed for their errors alone; an empty one removes the policy.
  if (attributes.RedrivePolicy) parseRedrivePolicy(attributes.RedrivePolicy);
  if (attributes.RedriveAllowPolicy) parseRedriveAllowPolicy(attributes.RedriveAllowPolicy);
}

function isValid(rule: (typeof RULES)[string], value: string): boolean {
  if (rule === 'text') return true;
  if (rule === 'JSON') return value === '' || isJson(value);
  const [first, second] = rule;
  if (typeof first !== 'number' || typeof second !== 'number') return rule.some((word) => word === value);
  return /^\d{1,9}$/.test(value) && Number(value) >= first && Number(value) <= second;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Of attributes that were checked. */
export function settingsOf(attributes: QueueAttributes): QueueSettings {
  const all = withDefaults(attributes);
  const milliseconds = (name: string): number => Number(all[name]) * 1000;
  return {
    fifo: all.FifoQueue === 'true',
    visibilityTimeoutMs: milliseconds('VisibilityTimeout'),
    delayMs: milliseconds('DelaySeconds'),
    retentionMs: milliseconds('MessageRetentionPeriod'),
    waitMs: milliseconds('ReceiveMessageWaitTimeSeconds'),
    maximumMessageBytes: Number(all.MaximumMessageSize),
    contentBasedDeduplication: all.ContentBasedDeduplication === 'true',
    deduplicationScope: all.DeduplicationScope === 'messageGroup' ? 'messageGroup' : 'queue',
    redrive: all.RedrivePolicy ? parseRedrivePolicy(all.RedrivePolicy) : undefined,
    redriveAllow: all.RedriveAllowPolicy ? parseRedriveAllowPolicy(all.RedriveAllowPolicy) : undefined,
  };
}

/** Attributes that are counted or known when they are asked for. */
const COMPUTED_ATTRIBUTES: ReadonlySet<string> = new Set([
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesDelayed',
  'ApproximateNumberOfMessagesNotVisible',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'QueueArn',
]);

/** @throws AwsError InvalidAttributeName */
export function checkAttributeNames(names: readonly string[]): void {
  for (const name of names) {
    if (name !== 'All' && !Object.hasOwn(RULES, name) && !COMPUTED_ATTRIBUTES.has(name)) {
      throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
    }
  }
}
