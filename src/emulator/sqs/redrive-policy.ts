import type { StoredMessage } from './message.ts';
import { invalidParameter } from './sqs-error.ts';

/** Where messages go that were received too often. */
export type RedrivePolicy = { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };

/** Which queues may name this one as their dead-letter queue. */
export type RedriveAllowPolicy =
  | { readonly redrivePermission: 'allowAll' | 'denyAll' }
  | { readonly redrivePermission: 'byQueue'; readonly sourceQueueArns: readonly string[] };

function invalid(attribute: string, text: string, reason: string): Error {
  return invalidParameter(`Value ${text} for parameter ${attribute} is invalid. Reason: ${reason}`);
}

function parseObject(attribute: string, text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Said below, as for what is JSON and no object.
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(attribute, text, `${attribute} is not a valid JSON map.`);
  }
  return Object.fromEntries(Object.entries(value));
}

const MOST_RECEIVES = 1000;

/** @throws AwsError InvalidParameterValue */
export function parseRedrivePolicy(text: string): RedrivePolicy {
  const { deadLetterTargetArn, maxReceiveCount } = parseObject('RedrivePolicy', text);
  if (typeof deadLetterTargetArn !== 'string') {
    throw invalid(
      'RedrivePolicy',
      text,
      'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.',
    );
  }
  if (maxReceiveCount === undefined) {
    throw invalid(
      'RedrivePolicy',
      text,
      'Redrive policy does not contain mandatory attribute: maxReceiveCount.',
    );
  }
  // The console and older tools write it as a string.
  const count = typeof maxReceiveCount === 'string' ? Number(maxReceiveCount) : maxReceiveCount;
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1 || count > MOST_RECEIVES) {
    throw invalid(
      'RedrivePolicy',
      text,
      `Invalid value for maxReceiveCount: ${String(maxReceiveCount)}, valid values are from 1 to ${MOST_RECEIVES} both inclusive.`,
    );
  }
  return { deadLetterTargetArn, maxReceiveCount: count };
}

/** Receives in the queue that a message came from as a dead letter do not count in this one. */
export function isExhausted({ receiveCount, details }: StoredMessage, policy: RedrivePolicy): boolean {
  return receiveCount - (details.earlierReceives ?? 0) >= policy.maxReceiveCount;
}

const MOST_SOURCES = 10;

/** @throws AwsError InvalidParameterValue */
export function parseRedriveAllowPolicy(text: string): RedriveAllowPolicy {
  const { redrivePermission, sourceQueueArns } = parseObject('RedriveAllowPolicy', text);
  if (redrivePermission === 'allowAll' || redrivePermission === 'denyAll') return { redrivePermission };
  const arns: readonly unknown[] = Array.isArray(sourceQueueArns) ? sourceQueueArns : [];
  const named = arns.filter((arn) => typeof arn === 'string');
  if (
    redrivePermission !== 'byQueue' ||
    named.length === 0 ||
    named.length > MOST_SOURCES ||
    named.length < arns.length
  ) {
    throw invalid(
      'RedriveAllowPolicy',
      text,
      `expected a redrivePermission of allowAll, denyAll, or byQueue with 1 to ${MOST_SOURCES} sourceQueueArns.`,
    );
  }
  return { redrivePermission, sourceQueueArns: named };
}

export function allowsSource(policy: RedriveAllowPolicy | undefined, sourceArn: string): boolean {
  if (policy === undefined) return true;
  if (policy.redrivePermission === 'byQueue') return policy.sourceQueueArns.includes(sourceArn);
  return policy.redrivePermission === 'allowAll';
}
