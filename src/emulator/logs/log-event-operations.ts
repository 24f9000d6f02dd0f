import type { EmulatorClock } from '../emulator-clock.ts';
import type { ApiOperation, OperationAnswer, OperationCall } from '../http/api-operation.ts';
import type { LogGroup } from './log-groups.ts';
import {
  constraintError,
  EPOCH_MS,
  invalidParameter,
  optionalFlag,
  optionalInteger,
  optionalText,
  optionalTexts,
  requiredText,
  STREAM_NAME,
} from './log-input.ts';
import { readLogPage } from './log-page.ts';
import type { LogResources } from './log-resources.ts';
import type { LogStore } from './log-store.ts';
import { SEQUENCE_TOKEN } from './log-stream-operations.ts';
import { eventId, eventToken, parseEventToken } from './log-token.ts';
import { parseFilterPattern } from './patterns/filter-pattern.ts';
import { acceptedEvents, parseNewEvents } from './put-log-events.ts';

const DAY_MS = 86_400_000;
const LIMIT = { min: 1, max: 10_000 };
/** A request reads so many events at most, and answers with what it found and a token: as CloudWatch does, too. */
const SCANNED_PER_REQUEST = 20_000;

/** Events: put, read of one stream, searched in a group. */
export function logEventOperations(parts: {
  readonly store: LogStore;
  readonly clock: EmulatorClock;
  readonly resources: LogResources;
}): readonly ApiOperation[] {
  const { store, clock, resources } = parts;

  function putLogEvents(call: OperationCall): OperationAnswer {
    const events = parseNewEvents(call.input.logEvents);
    const { group, stream } = resources.namedStream(call, 'PutLogEvents');
    const { accepted, rejected } = acceptedEvents(events, clock.now(), group.retentionDays);
    if (accepted.length > 0) store.put(group.id, stream.id, accepted);
    return {
      output: {
        nextSequenceToken: SEQUENCE_TOKEN,
        ...(rejected === undefined ? {} : { rejectedLogEventsInfo: rejected }),
      },
    };
  }

  function getLogEvents(call: OperationCall): OperationAnswer {
    const { input } = call;
    const streamName = requiredText(input, 'logStreamName', STREAM_NAME);
    const group = resources.identified(call, 'GetLogEvents', streamName);
    const limit = optionalInteger(input, 'limit', LIMIT) ?? LIMIT.max;
    const from = earliest(group, optionalInteger(input, 'startTime', EPOCH_MS));
    const end = optionalInteger(input, 'endTime', EPOCH_MS);
    const text = optionalText(input, 'nextToken', { max: 4096 });
    const token = text === undefined ? undefined : parseEventToken(text);
    const startFromHead = optionalFlag(input, 'startFromHead') ?? false;
    const stream = resources.stream(group, streamName);
    const newestFirst = token === undefined ? !startFromHead : token.direction === 'backward';
    const page = readLogPage(store.events, {
      groupId: group.id,
      from: Math.max(from, stream.firstEventAt ?? 0),
      // Here the end is exclusive, in FilterLogEvents it is not.
      to: Math.min((end ?? Number.MAX_SAFE_INTEGER) - 1, stream.lastEventAt ?? 0),
      after: token?.position,
      newestFirst,
      limit,
      streamIds: new Set([stream.id]),
    });
    const events = newestFirst ? page.events.toReversed() : page.events;
    // At an end the token is the one that led there: that is how a client knows.
    const nowhere = token?.position ?? { at: from, id: 0 };
    return {
      output: {
        events: events.map(({ at, message, ingestedAt }) => ({
          timestamp: at,
          message,
          ingestionTime: ingestedAt,
        })),
        nextForwardToken: eventToken({ direction: 'forward', position: events.at(-1) ?? nowhere }),
        nextBackwardToken: eventToken({ direction: 'backward', position: events[0] ?? nowhere }),
      },
    };
  }

  function filterLogEvents(call: OperationCall): OperationAnswer {
    const { input } = call;
    const group = resources.identified(call, 'FilterLogEvents');
    const from = earliest(group, optionalInteger(input, 'startTime', EPOCH_MS));
    const to = optionalInteger(input, 'endTime', EPOCH_MS) ?? Number.MAX_SAFE_INTEGER;
    const limit = optionalInteger(input, 'limit', LIMIT) ?? LIMIT.max;
    const text = optionalText(input, 'nextToken', { max: 4096 });
    const token = text === undefined ? undefined : parseEventToken(text);
    const startFromHead = optionalFlag(input, 'startFromHead') ?? true;
    const matches = parseFilterPattern(optionalText(input, 'filterPattern', { max: 1024 }) ?? '');
    const names = store.streams.namesOf(group.id);
    const streamIds = wantedStreams(call, names);
    const newestFirst = token === undefined ? !startFromHead : token.direction === 'backward';
    const page = readLogPage(store.events, {
      groupId: group.id,
      from,
      to,
      after: token?.position,
      newestFirst,
      limit,
      scanned: SCANNED_PER_REQUEST,
      streamIds,
      accepts: ({ message }) => matches(message),
    });
    const direction = newestFirst ? 'backward' : 'forward';
    return {
      output: {
        events: page.events.map((event) => ({
          logStreamName: names.get(event.streamId),
          timestamp: event.at,
          message: event.message,
          ingestionTime: event.ingestedAt,
          eventId: eventId(event),
        })),
        searchedLogStreams: [],
        ...(page.more === undefined ? {} : { nextToken: eventToken({ direction, position: page.more }) }),
      },
    };
  }

  /** What a policy of retention has ended is not shown, even before it is removed. */
  function earliest({ retentionDays }: LogGroup, startTime = 0): number {
    return retentionDays === undefined
      ? startTime
      : Math.max(startTime, clock.now() - retentionDays * DAY_MS);
  }

  return [
    { name: 'PutLogEvents', support: 'supported', handle: putLogEvents },
    { name: 'GetLogEvents', support: 'supported', handle: getLogEvents },
    {
      name: 'FilterLogEvents',
      support: 'partial',
      note: 'data is not masked, so unmask says nothing; Lambda’s own lines reach the disk every tenth of a second, and kill -9 may lose the last of them',
      handle: filterLogEvents,
    },
  ];
}

/** `logStreamNames` or `logStreamNamePrefix`; else all. */
function wantedStreams(
  { input }: OperationCall,
  names: ReadonlyMap<number, string>,
): ReadonlySet<number> | undefined {
  const chosen = optionalTexts(input, 'logStreamNames', 100);
  const prefix = optionalText(input, 'logStreamNamePrefix', STREAM_NAME);
  if (chosen !== undefined && prefix !== undefined) {
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
  }
  if (chosen === undefined && prefix === undefined) return undefined;
  for (const name of chosen ?? []) {
    if (name.length > STREAM_NAME.max) {
      throw constraintError(
        'logStreamNames',
        name,
        `Member must have length less than or equal to ${STREAM_NAME.max}`,
      );
    }
  }
  const ids = new Set<number>();
  for (const [id, name] of names) {
    if (prefix === undefined ? chosen?.includes(name) : name.startsWith(prefix)) ids.add(id);
  }
  return ids;
}
