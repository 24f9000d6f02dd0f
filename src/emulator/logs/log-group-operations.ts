import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiOperation, OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { AwsError, notImplemented } from '../http/aws-error.ts';
import { pageToken } from '../page-token.ts';
import type { LogGroup } from './log-groups.ts';
import {
  constraintError,
  GROUP_NAME,
  invalidParameter,
  optionalInteger,
  optionalTags,
  optionalText,
  requiredText,
} from './log-input.ts';
import type { LogResources } from './log-resources.ts';
import type { LogStore } from './log-store.ts';
import { parseListToken } from './log-token.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const CLASSES = ['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY'];

/** Groups: made, listed, kept for a time, removed. */
export function logGroupOperations(parts: {
  readonly store: LogStore;
  readonly clock: EmulatorClock;
  readonly resources: LogResources;
}): readonly ApiOperation[] {
  const { store, clock, resources } = parts;

  function createLogGroup(call: OperationCall): OperationAnswer {
    const { input } = call;
    const name = requiredText(input, 'logGroupName', GROUP_NAME);
    const tags = optionalTags(input, 'tags') ?? {};
    const logClass = logClassOf(input) ?? 'STANDARD';
    resources.authorize(call, 'CreateLogGroup', name);
    if (input.kmsKeyId !== undefined) throw notImplemented('CreateLogGroup with kmsKeyId');
    if (input.deletionProtectionEnabled === true) {
      throw notImplemented('CreateLogGroup with deletionProtectionEnabled');
    }
    if (store.groups.get(name) !== undefined) {
      throw new AwsError(400, 'ResourceAlreadyExistsException', {
        message: 'The specified log group already exists',
      });
    }
    store.groups.create({ name, createdAt: clock.now(), logClass, tags });
    return {};
  }

  function deleteLogGroup(call: OperationCall): OperationAnswer {
    store.groups.delete(resources.named(call, 'DeleteLogGroup'));
    store.forget();
    return {};
  }

  function describeLogGroups(call: OperationCall): OperationAnswer {
    const { input } = call;
    const prefix = optionalText(input, 'logGroupNamePrefix', GROUP_NAME);
    const pattern = optionalText(input, 'logGroupNamePattern', GROUP_NAME);
    const limit = optionalInteger(input, 'limit', { min: 1, max: 50 }) ?? 50;
    const token = optionalText(input, 'nextToken', { max: 4096 });
    if (prefix !== undefined && pattern !== undefined) {
      throw invalidParameter(
        'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.',
      );
    }
    if (input.logGroupIdentifiers !== undefined || input.includeLinkedAccounts === true) {
      throw notImplemented('DescribeLogGroups with logGroupIdentifiers or includeLinkedAccounts');
    }
    resources.authorize(call, 'DescribeLogGroups', '');
    const after = token === undefined ? undefined : parseListToken(token, isText);
    const found = store.groups.list({
      prefix,
      pattern,
      logClass: logClassOf(input),
      after,
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    return {
      output: {
        logGroups: page.map(described),
        ...(last === undefined ? {} : { nextToken: pageToken(last.name) }),
      },
    };
  }

  function described(group: LogGroup): Record<string, unknown> {
    const arn = resources.arnOf(group.name);
    return {
      logGroupName: group.name,
      creationTime: group.createdAt,
      ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
      metricFilterCount: 0,
      arn: `${arn}:*`,
      storedBytes: group.storedBytes,
      logGroupClass: group.logClass,
      logGroupArn: arn,
    };
  }

  function putRetentionPolicy(call: OperationCall): OperationAnswer {
    const days = optionalInteger(call.input, 'retentionInDays', { min: 1, max: 3653 });
    const group = resources.named(call, 'PutRetentionPolicy');
    if (days === undefined || !RETENTION_DAYS.includes(days)) {
      const set = `Member must satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`;
      throw constraintError('retentionInDays', days, days === undefined ? 'Member must not be null' : set);
    }
    store.groups.setRetention(group, days);
    store.removeExpired();
    return {};
  }

  function deleteRetentionPolicy(call: OperationCall): OperationAnswer {
    store.groups.setRetention(resources.named(call, 'DeleteRetentionPolicy'), undefined);
    return {};
  }

  return [
    {
      name: 'CreateLogGroup',
      support: 'partial',
      note: 'kmsKeyId and deletion protection are refused; a group of any class can do the same',
      handle: createLogGroup,
    },
    { name: 'DeleteLogGroup', support: 'supported', handle: deleteLogGroup },
    {
      name: 'DescribeLogGroups',
      support: 'partial',
      note: 'by prefix, pattern and class; logGroupIdentifiers and linked accounts are refused',
      handle: describeLogGroups,
    },
    { name: 'PutRetentionPolicy', support: 'supported', handle: putRetentionPolicy },
    { name: 'DeleteRetentionPolicy', support: 'supported', handle: deleteRetentionPolicy },
  ];
}

function logClassOf(input: Readonly<Record<string, unknown>>): string | undefined {
  const logClass = optionalText(input, 'logGroupClass', { max: 100 });
  if (logClass === undefined || CLASSES.includes(logClass)) return logClass;
  throw constraintError(
    'logGroupClass',
    logClass,
    `Member must satisfy enum value set: [${CLASSES.join(', ')}]`,
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
