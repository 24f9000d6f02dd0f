import { Members } from '../lambda/functions/members.ts';
import { ExpressionError } from './expression-error.ts';
import { readRunPolicy } from './run-policy.ts';
import { type ScheduleSettings, type ScheduleTarget, START_TOLERANCE_MS, scheduleTimes } from './schedule.ts';
import { knownZone } from './schedule-expression.ts';
import { invalid } from './scheduler-errors.ts';

type Input = Readonly<Record<string, unknown>>;

const NAME = { min: 1, max: 64, pattern: { test: /^[0-9a-zA-Z-_.]+$/, text: '[0-9a-zA-Z-_.]+' } } as const;
const ROLE = {
  min: 1,
  max: 1600,
  pattern: {
    test: /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    text: 'arn:aws(-[a-z]+)?:iam::\\d{12}:role\\/[\\w+=,.@\\/-]+',
  },
} as const;
const QUEUE = {
  min: 1,
  max: 1600,
  pattern: {
    test: /^arn:aws[a-z-]*:sqs:[a-z0-9-]+:\d{12}:[a-zA-Z0-9\-_]+$/,
    text: 'arn:aws(-[a-z]+)?:sqs:[a-z0-9\\-]+:\\d{12}:[a-zA-Z0-9\\-_]+',
  },
} as const;
/** Of targets that are not here. */
const FOREIGN = [
  'EcsParameters',
  'EventBridgeParameters',
  'EventBridgePutEventsV2Parameters',
  'EventBridgePutRawEventsParameters',
  'KinesisParameters',
  'SageMakerPipelineParameters',
] as const;

/**
 * Of a schedule or a group. An absent group is `default`.
 *
 * @throws AwsError 400 ValidationException
 */
export function readName(input: Input, member: 'Name' | 'GroupName' = 'Name'): string {
  const members = new Members(input);
  const name = member === 'Name' ? members.requiredText(member, NAME) : members.text(member, NAME);
  members.check();
  return name ?? 'default';
}

/**
 * What CreateSchedule and UpdateSchedule set.
 *
 * @param problemWith why a target can never be reached
 * @throws AwsError 400 ValidationException
 */
export function readSchedule(
  input: Input,
  { now, problemWith }: { readonly now: number; readonly problemWith: (arn: string) => string | undefined },
): ScheduleSettings {
  const members = new Members(input);
  const expression = members.requiredText('ScheduleExpression', { min: 1, max: 256 });
  const timeZone = members.text('ScheduleExpressionTimezone', { min: 1, max: 50 }) ?? 'UTC';
  const description = members.text('Description', { max: 512 });
  const state = members.choice('State', ['ENABLED', 'DISABLED']);
  const afterCompletion = members.choice('ActionAfterCompletion', ['NONE', 'DELETE']) ?? 'NONE';
  const window = members.structure('FlexibleTimeWindow');
  if (window === undefined) members.problem('FlexibleTimeWindow', undefined, 'Member must not be null');
  const mode = window?.requiredChoice('Mode', ['OFF', 'FLEXIBLE']);
  const windowMinutes = window?.integer('MaximumWindowInMinutes', { min: 1, max: 1440 });
  const target = readTarget(members);
  members.check();
  if ((mode === 'FLEXIBLE') !== (windowMinutes !== undefined)) {
    throw invalid(
      mode === 'FLEXIBLE'
        ? 'MaximumWindowInMinutes must be set when FlexibleTimeWindow Mode is FLEXIBLE.'
        : 'MaximumWindowInMinutes must not be set when FlexibleTimeWindow Mode is OFF.',
    );
  }
  const problem = problemWith(target.arn);
  if (problem !== undefined) throw invalid(`Provided Arn is not in correct format. ${problem}`);
  checkInput(target);
  const settings: ScheduleSettings = {
    expression,
    timeZone,
    startAt: date(input, 'StartDate'),
    endAt: date(input, 'EndDate'),
    description,
    isEnabled: state !== 'DISABLED',
    windowMinutes,
    afterCompletion,
    target,
  };
  if (settings.startAt !== undefined && settings.endAt !== undefined && settings.startAt >= settings.endAt) {
    throw invalid('The EndDate you specify must come after the StartDate.');
  }
  checkTimes(settings, now);
  return settings;
}

/**
 * Of CreateSchedule: an update may well keep the start that it had.
 *
 * @throws AwsError 400 ValidationException
 */
export function checkStart({ expression, startAt }: ScheduleSettings, now: number): void {
  // A single time has no start.
  if (startAt === undefined || expression.startsWith('at') || startAt >= now - START_TOLERANCE_MS) return;
  throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
}

function readTarget(members: Members): ScheduleTarget {
  const target = members.structure('Target');
  if (target === undefined) members.problem('Target', undefined, 'Member must not be null');
  const retry = target?.structure('RetryPolicy');
  const foreign = FOREIGN.find((name) => target !== undefined && !target.isEmpty(name));
  if (foreign !== undefined) {
    throw invalid(
      `llx's emulator delivers to Lambda functions and SQS queues only: ${foreign} is of no use to them.`,
    );
  }
  return {
    arn: target?.requiredText('Arn', { min: 1, max: 1600 }) ?? '',
    roleArn: target?.requiredText('RoleArn', ROLE) ?? '',
    input: target?.text('Input', { min: 1, max: 262_144 }),
    deadLetterArn: target?.structure('DeadLetterConfig')?.text('Arn', QUEUE),
    maximumEventAgeSeconds: retry?.integer('MaximumEventAgeInSeconds', { min: 60, max: 86_400 }) ?? 86_400,
    maximumRetryAttempts: retry?.integer('MaximumRetryAttempts', { min: 0, max: 185 }) ?? 185,
    messageGroupId: target?.structure('SqsParameters')?.text('MessageGroupId', { min: 1, max: 128 }),
  };
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html */
function checkInput({ arn, input, messageGroupId }: ScheduleTarget): void {
  const isQueue = arn.includes(':sqs:');
  if (isQueue && arn.endsWith('.fifo') !== (messageGroupId !== undefined)) {
    throw invalid('MessageGroupId must be set for FIFO queues, and only for them.');
  }
  if (!isQueue && messageGroupId !== undefined) throw invalid('SqsParameters are of SQS queues.');
  if (isQueue || input === undefined) return;
  try {
    JSON.parse(input);
  } catch (cause) {
    throw invalid('Input must be a well-formed JSON for a Lambda target.', cause);
  }
}

function checkTimes(settings: ScheduleSettings, now: number): void {
  try {
    // A rate does not look at its zone, but the next expression will.
    knownZone(settings.timeZone);
    scheduleTimes({ ...settings, rateFrom: now });
    readRunPolicy(settings.description);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw invalid(`Invalid Schedule Expression ${settings.expression}: ${error.message}.`, error);
  }
}

/** Epoch seconds, or a text as RFC 3339 has it: clients differ. */
function date(input: Input, name: string): number | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  const at =
    typeof value === 'number' ? value * 1000 : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) throw invalid(`The member ${name} is not a Timestamp`);
  // A time in seconds that an answer gave is the same when it comes back.
  return Math.round(at);
}
