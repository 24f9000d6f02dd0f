import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiOperation, OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { AwsError } from '../http/aws-error.ts';
import { pageToken } from '../page-token.ts';
import {
  constraintError,
  invalidParameter,
  optionalFlag,
  optionalInteger,
  optionalText,
  requiredText,
  STREAM_NAME,
} from './log-input.ts';
import type { LogResources } from './log-resources.ts';
import type { LogStore } from './log-store.ts';
import type { LogStream, StreamOrder, StreamPosition } from './log-streams.ts';
import { parseListToken } from './log-token.ts';

/** Streams: made, listed, removed. */
export function logStreamOperations(parts: {
  readonly store: LogStore;
  readonly clock: EmulatorClock;
  readonly resources: LogResources;
}): readonly ApiOperation[] {
  const { store, clock, resources } = parts;

  function createLogStream(call: OperationCall): OperationAnswer {
    const name = requiredText(call.input, 'logStreamName', STREAM_NAME);
    const group = resources.named(call, 'CreateLogStream');
    if (store.streams.get(group.id, name) !== undefined) {
      throw new AwsError(400, 'ResourceAlreadyExistsException', {
        message: 'The specified log stream already exists',
      });
    }
    store.streams.create(group.id, name, clock.now());
    return {};
  }

  function deleteLogStream(call: OperationCall): OperationAnswer {
    const { group, stream } = resources.namedStream(call, 'DeleteLogStream');
    store.streams.delete(group.id, stream);
    store.forget();
    return {};
  }

  function describeLogStreams(call: OperationCall): OperationAnswer {
    const { input } = call;
    const group = resources.identified(call, 'DescribeLogStreams');
    const prefix = optionalText(input, 'logStreamNamePrefix', STREAM_NAME);
    const orderBy = orderOf(input);
    const descending = optionalFlag(input, 'descending') ?? false;
    const limit = optionalInteger(input, 'limit', { min: 1, max: 50 }) ?? 50;
    const token = optionalText(input, 'nextToken', { max: 4096 });
    if (prefix !== undefined && orderBy === 'LastEventTime') {
      throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    }
    const after = token === undefined ? undefined : parseListToken(token, isStreamPosition);
    const found = store.streams.list({
      groupId: group.id,
      prefix,
      orderBy,
      descending,
      after,
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    const last = found.length > limit ? page.at(-1) : undefined;
    const arn = resources.arnOf(group.name);
    return {
      output: {
        logStreams: page.map((stream) => described(stream, arn)),
        ...(last === undefined ? {} : { nextToken: pageToken(positionOf(last, orderBy)) }),
      },
    };
  }

  return [
    { name: 'CreateLogStream', support: 'supported', handle: createLogStream },
    { name: 'DeleteLogStream', support: 'supported', handle: deleteLogStream },
    { name: 'DescribeLogStreams', support: 'supported', handle: describeLogStreams },
  ];
}

function described(stream: LogStream, groupArn: string): Record<string, unknown> {
  const { firstEventAt, lastEventAt, ingestedAt } = stream;
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    ...(firstEventAt === undefined ? {} : { firstEventTimestamp: firstEventAt }),
    ...(lastEventAt === undefined ? {} : { lastEventTimestamp: lastEventAt }),
    ...(ingestedAt === undefined ? {} : { lastIngestionTime: ingestedAt }),
    uploadSequenceToken: SEQUENCE_TOKEN,
    arn: `${groupArn}:log-stream:${stream.name}`,
    // Since 2019 CloudWatch says 0 of every stream.
    storedBytes: 0,
  };
}

/** Ignored since 2023 wherever it is sent, but still answered. */
export const SEQUENCE_TOKEN = '49039859593489359034985093485903485094385903450934850934';

function orderOf(input: Readonly<Record<string, unknown>>): StreamOrder {
  const order = optionalText(input, 'orderBy', { max: 100 }) ?? 'LogStreamName';
  if (order === 'LogStreamName' || order === 'LastEventTime') return order;
  throw constraintError(
    'orderBy',
    order,
    'Member must satisfy enum value set: [LogStreamName, LastEventTime]',
  );
}

function positionOf(stream: LogStream, orderBy: StreamOrder): StreamPosition {
  return { key: orderBy === 'LogStreamName' ? stream.name : (stream.lastEventAt ?? 0), id: stream.id };
}

function isStreamPosition(value: unknown): value is StreamPosition {
  if (typeof value !== 'object' || value === null) return false;
  const { key, id } = value as Record<string, unknown>;
  return (typeof key === 'string' || typeof key === 'number') && typeof id === 'number';
}
