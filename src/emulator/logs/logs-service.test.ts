import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerOf, TestClock, temporaryState } from '../service.test-support.ts';
import { LogStore } from './log-store.ts';
import { logsService } from './logs-service.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const DAY_MS = 86_400_000;
const GROUP = '/aws/lambda/hello';
const GROUP_ARN = `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}`;

let state: ReturnType<typeof temporaryState>;
let clock: TestClock;
let store: LogStore;
let caller: ReturnType<typeof callerOf>;

beforeEach(() => {
  state = temporaryState();
  clock = new TestClock(NOW);
  store = new LogStore({ state, clock, maxBytes: 2_000_000 });
  const scope = { account: '000000000000', region: 'us-east-1' };
  caller = callerOf(logsService({ store, clock, scope, flush: () => undefined }));
});

afterEach(async () => {
  store.close();
  await state.remove();
});

const call = (name: string, input: Record<string, unknown> = {}) => caller.call(name, input);

async function makeStream(streamName = 'stream', groupName = GROUP): Promise<void> {
  if (store.groups.get(groupName) === undefined) await call('CreateLogGroup', { logGroupName: groupName });
  await call('CreateLogStream', { logGroupName: groupName, logStreamName: streamName });
}

function put(messages: readonly (readonly [number, string])[], logStreamName = 'stream') {
  const logEvents = messages.map(([timestamp, message]) => ({ timestamp, message }));
  return call('PutLogEvents', { logGroupName: GROUP, logStreamName, logEvents });
}

async function messagesOf(input: Record<string, unknown>, operation = 'FilterLogEvents'): Promise<unknown[]> {
  const output = await call(operation, { logGroupName: GROUP, ...input });
  return (output.events as { message: string }[]).map(({ message }) => message);
}

describe('groups', () => {
  it('a group is listed as it was made, with its retention and its bytes', async () => {
    await call('CreateLogGroup', { logGroupName: GROUP, tags: { team: 'a' } });
    await call('CreateLogStream', { logGroupName: GROUP, logStreamName: 'stream' });
    await call('PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 7 });
    await put([[NOW, 'grüß']]);
    expect(await call('DescribeLogGroups', { logGroupNamePrefix: '/aws/' })).toEqual({
      logGroups: [
        {
          logGroupName: GROUP,
          creationTime: NOW,
          retentionInDays: 7,
          metricFilterCount: 0,
          arn: `${GROUP_ARN}:*`,
          storedBytes: 6 + 26,
          logGroupClass: 'STANDARD',
          logGroupArn: GROUP_ARN,
        },
      ],
    });
  });

  it('groups are listed by prefix or by a part of the name in any case, in pages', async () => {
    for (const name of ['app/b', 'app/a', 'App/c', 'other'])
      await call('CreateLogGroup', { logGroupName: name });
    const names = (output: unknown) =>
      (output as { logGroups: { logGroupName: string }[] }).logGroups.map(({ logGroupName }) => logGroupName);
    expect(names(await call('DescribeLogGroups', { logGroupNamePrefix: 'app/' }))).toEqual([
      'app/a',
      'app/b',
    ]);
    const first = await call('DescribeLogGroups', { logGroupNamePattern: 'APP', limit: 2 });
    expect(names(first)).toEqual(['App/c', 'app/a']);
    const rest = await call('DescribeLogGroups', {
      logGroupNamePattern: 'APP',
      limit: 2,
      nextToken: first.nextToken,
    });
    expect(names(rest)).toEqual(['app/b']);
    expect(rest).not.toHaveProperty('nextToken');
  });

  it.each([
    [
      'CreateLogGroup',
      { logGroupName: GROUP },
      'ResourceAlreadyExistsException: The specified log group already exists',
    ],
    [
      'DeleteLogGroup',
      { logGroupName: 'none' },
      'ResourceNotFoundException: The specified log group does not exist.',
    ],
    [
      'CreateLogStream',
      { logGroupName: GROUP, logStreamName: 'stream' },
      'ResourceAlreadyExistsException: The specified log stream already exists',
    ],
    [
      'GetLogEvents',
      { logGroupName: GROUP, logStreamName: 'none' },
      'ResourceNotFoundException: The specified log stream does not exist.',
    ],
    [
      'CreateLogGroup',
      {},
      "InvalidParameterException: 1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null",
    ],
    [
      'CreateLogGroup',
      { logGroupName: 'a b' },
      "InvalidParameterException: 1 validation error detected: Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [.\\-_/#A-Za-z0-9]+",
    ],
    [
      'FilterLogEvents',
      { logGroupName: GROUP, limit: 10_001 },
      "InvalidParameterException: 1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000",
    ],
    [
      'FilterLogEvents',
      { logGroupName: GROUP, nextToken: 'x' },
      'InvalidParameterException: The specified nextToken is invalid.',
    ],
    [
      'FilterLogEvents',
      { logGroupName: 17 },
      'SerializationException: logGroupName is expected to be a string',
    ],
    [
      'CreateLogGroup',
      { logGroupName: 'k', kmsKeyId: 'arn' },
      "NotImplementedException: llx's emulator does not implement CreateLogGroup with kmsKeyId",
    ],
  ])('%s of %j is refused', async (operation, input, expected) => {
    await makeStream();
    await expect(call(operation, input)).rejects.toThrow(expected);
  });

  it('retention hides at once what is too old, and the clock removes it', async () => {
    await makeStream();
    await put([
      [NOW - 2 * DAY_MS, 'old'],
      [NOW - 2 * DAY_MS + 60_000, 'a little later'],
    ]);
    await put([[NOW, 'new']]);
    await call('PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 3 });
    clock.advance(DAY_MS + 30_000);
    expect(await messagesOf({})).toEqual(['a little later', 'new']);
    clock.advance(60 * 60_000);
    await call('DeleteRetentionPolicy', { logGroupName: GROUP });
    expect(await messagesOf({})).toEqual(['new']);
    expect(store.groups.get(GROUP)?.storedBytes).toBe(3 + 26);
  });

  it('tags are set and taken away by ARN and by name', async () => {
    await call('CreateLogGroup', { logGroupName: GROUP, tags: { a: '1' } });
    await call('TagResource', { resourceArn: GROUP_ARN, tags: { b: '2' } });
    await call('TagLogGroup', { logGroupName: GROUP, tags: { c: '3' } });
    await call('UntagResource', { resourceArn: GROUP_ARN, tagKeys: ['a'] });
    expect(await call('ListTagsForResource', { resourceArn: GROUP_ARN })).toEqual({
      tags: { b: '2', c: '3' },
    });
    await call('UntagLogGroup', { logGroupName: GROUP, tags: ['b'] });
    expect(await call('ListTagsLogGroup', { logGroupName: GROUP })).toEqual({ tags: { c: '3' } });
  });

  it('a deleted group takes its streams and events with it', async () => {
    await makeStream();
    await put([[NOW, 'gone']]);
    await call('DeleteLogGroup', { logGroupName: GROUP });
    await makeStream();
    expect(await messagesOf({})).toEqual([]);
  });

  it('a caller has to be allowed the operation on the group’s ARN', async () => {
    await makeStream();
    caller.asked.length = 0;
    await call('FilterLogEvents', { logGroupIdentifier: `${GROUP_ARN}:*` });
    await put([[NOW, 'x']]);
    await call('DescribeLogGroups');
    expect(caller.asked).toEqual([
      `logs:FilterLogEvents ${GROUP_ARN}:log-stream:`,
      `logs:PutLogEvents ${GROUP_ARN}:log-stream:stream`,
      'logs:DescribeLogGroups arn:aws:logs:us-east-1:000000000000:log-group::log-stream:',
    ]);
  });
});

describe('streams', () => {
  it('are listed by name, or by their newest event, in pages', async () => {
    for (const [index, name] of ['b', 'a', 'c'].entries()) {
      await makeStream(name);
      await put([[NOW + index, name]], name);
    }
    await makeStream('empty');
    const list = async (input: Record<string, unknown>): Promise<string[]> => {
      const names: string[] = [];
      let nextToken: unknown;
      do {
        const output = await call('DescribeLogStreams', {
          logGroupName: GROUP,
          limit: 1,
          ...input,
          nextToken,
        });
        names.push(...(output.logStreams as { logStreamName: string }[]).map((one) => one.logStreamName));
        nextToken = output.nextToken;
      } while (nextToken !== undefined);
      return names;
    };
    expect(await list({})).toEqual(['a', 'b', 'c', 'empty']);
    expect(await list({ descending: true })).toEqual(['empty', 'c', 'b', 'a']);
    expect(await list({ orderBy: 'LastEventTime', descending: true })).toEqual(['c', 'a', 'b', 'empty']);
    expect(await list({ logStreamNamePrefix: 'e' })).toEqual(['empty']);
  });

  it('a stream says when its events were, and when they came', async () => {
    await makeStream();
    clock.advance(500);
    await put([
      [NOW - 20, 'a'],
      [NOW - 10, 'b'],
    ]);
    expect(await call('DescribeLogStreams', { logGroupIdentifier: GROUP_ARN })).toEqual({
      logStreams: [
        {
          logStreamName: 'stream',
          creationTime: NOW,
          firstEventTimestamp: NOW - 20,
          lastEventTimestamp: NOW - 10,
          lastIngestionTime: NOW + 500,
          uploadSequenceToken: expect.stringMatching(/^\d+$/),
          arn: `${GROUP_ARN}:log-stream:stream`,
          storedBytes: 0,
        },
      ],
    });
  });

  it('a deleted stream takes only its own events with it', async () => {
    await makeStream('a');
    await makeStream('b');
    await put([[NOW, 'of a']], 'a');
    await put([[NOW, 'of b']], 'b');
    await call('DeleteLogStream', { logGroupName: GROUP, logStreamName: 'a' });
    expect(await messagesOf({})).toEqual(['of b']);
    expect(store.groups.get(GROUP)?.storedBytes).toBe(4 + 26);
  });
});

describe('PutLogEvents', () => {
  it('says which events it did not take: too old, too new', async () => {
    await makeStream();
    const output = await put([[NOW - 15 * DAY_MS, 'too old']]);
    expect(output.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    expect(
      (
        await put([
          [NOW, 'ok'],
          [NOW + 3 * 3_600_000, 'too new'],
        ])
      )?.rejectedLogEventsInfo,
    ).toEqual({
      tooNewLogEventStartIndex: 1,
    });
    expect(await messagesOf({})).toEqual(['ok']);
  });

  it.each([
    [
      [
        [2, 'b'],
        [1, 'a'],
      ],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      [
        [0, 'a'],
        [DAY_MS + 1, 'b'],
      ],
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    ],
    [[[0, 'x'.repeat(1_048_551)]], 'Upload too large: 1048577 bytes exceeds limit of 1048576'],
    [
      [[0, '']],
      "1 validation error detected: Value '' at 'logEvents.1.member.message' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      [],
      "1 validation error detected: Value '[]' at 'logEvents' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
  ] as const)('a batch that breaks a rule is refused whole: %#', async (events, expected) => {
    await makeStream();
    await expect(put(events)).rejects.toThrow(expected);
    expect(await messagesOf({})).toEqual([]);
  });
});

describe('GetLogEvents', () => {
  const page = (input: Record<string, unknown>) =>
    call('GetLogEvents', { logGroupName: GROUP, logStreamName: 'stream', ...input });
  const texts = (output: unknown) =>
    (output as { events: { message: string }[] }).events.map(({ message }) => message).join('');

  beforeEach(async () => {
    await makeStream();
    await makeStream('other');
    await put([1, 2, 3, 4, 5].map((n) => [NOW + n, String(n)]));
    await put([[NOW + 2, 'not of this stream']], 'other');
  });

  it('gives the newest first, and its tokens lead both ways until they stay the same', async () => {
    const newest = await page({ limit: 2 });
    expect(texts(newest)).toBe('45');
    const before = await page({ limit: 2, nextToken: newest.nextBackwardToken });
    expect(texts(before)).toBe('23');
    const first = await page({ limit: 2, nextToken: before.nextBackwardToken });
    expect(texts(first)).toBe('1');
    const none = await page({ limit: 2, nextToken: first.nextBackwardToken });
    expect(texts(none)).toBe('');
    expect(none.nextBackwardToken).toBe(first.nextBackwardToken);
    expect(texts(await page({ limit: 2, nextToken: first.nextForwardToken }))).toBe('23');
  });

  it('from the head on, a follower gets what comes later by the token that it has', async () => {
    const all = await page({ startFromHead: true });
    expect(texts(all)).toBe('12345');
    const end = await page({ startFromHead: true, nextToken: all.nextForwardToken });
    expect([texts(end), end.nextForwardToken]).toEqual(['', all.nextForwardToken]);
    await put([[NOW + 6, '6']]);
    expect(texts(await page({ nextToken: end.nextForwardToken }))).toBe('6');
  });

  it('the start is inclusive and the end is not', async () => {
    expect(texts(await page({ startTime: NOW + 2, endTime: NOW + 4 }))).toBe('23');
  });

  it('a page holds 1 MB of events', async () => {
    await put([[NOW + 7, 'x'.repeat(700_000)]]);
    await put([[NOW + 8, 'y'.repeat(700_000)]]);
    const output = await page({ startFromHead: true });
    expect(texts(output).length).toBe(5 + 700_000);
    expect(texts(await page({ nextToken: output.nextForwardToken }))).toBe('y'.repeat(700_000));
  });
});

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await makeStream('app-a');
    await makeStream('app-b');
    await makeStream('web');
    await put(
      [
        [NOW + 1, 'one INFO'],
        [NOW + 4, 'four ERROR'],
      ],
      'app-a',
    );
    await put(
      [
        [NOW + 2, 'two ERROR'],
        [NOW + 4, 'also four'],
      ],
      'app-b',
    );
    await put([[NOW + 3, 'three INFO']], 'web');
  });

  it('interleaves the streams by time, each event with its stream and an id of its own', async () => {
    const output = await call('FilterLogEvents', { logGroupName: GROUP, startTime: NOW + 4 });
    expect(output).toEqual({
      events: [
        {
          logStreamName: 'app-a',
          timestamp: NOW + 4,
          message: 'four ERROR',
          ingestionTime: NOW,
          eventId: expect.stringMatching(/^\d{56}$/),
        },
        {
          logStreamName: 'app-b',
          timestamp: NOW + 4,
          message: 'also four',
          ingestionTime: NOW,
          eventId: expect.stringMatching(/^\d{56}$/),
        },
      ],
      searchedLogStreams: [],
    });
    expect(new Set((output.events as { eventId: string }[]).map(({ eventId }) => eventId)).size).toBe(2);
    expect(await messagesOf({})).toEqual(['one INFO', 'two ERROR', 'three INFO', 'four ERROR', 'also four']);
  });

  it('by streams, prefix, pattern and time', async () => {
    expect(await messagesOf({ logStreamNames: ['web', 'app-a'] })).toEqual([
      'one INFO',
      'three INFO',
      'four ERROR',
    ]);
    expect(await messagesOf({ logStreamNamePrefix: 'app-', filterPattern: 'ERROR' })).toEqual([
      'two ERROR',
      'four ERROR',
    ]);
    expect(await messagesOf({ startTime: NOW + 2, endTime: NOW + 3 })).toEqual(['two ERROR', 'three INFO']);
    expect(await messagesOf({ startFromHead: false, limit: 2 })).toEqual(['also four', 'four ERROR']);
  });

  it('pages lead through all events once, also where most are not wanted', async () => {
    const many = Array.from({ length: 9_000 }, (_, index) => [NOW + 10 + index, `noise ${index}`] as const);
    for (let round = 0; round < 3; round += 1) await put(many, 'web');
    await put([[NOW + 50_000, 'the last ERROR']], 'web');
    const found: unknown[] = [];
    let nextToken: unknown;
    let pages = 0;
    do {
      const output = await call('FilterLogEvents', {
        logGroupName: GROUP,
        filterPattern: 'ERROR',
        nextToken,
      });
      found.push(...(output.events as { message: string }[]).map(({ message }) => message));
      nextToken = output.nextToken;
      pages += 1;
    } while (nextToken !== undefined);
    expect(found).toEqual(['two ERROR', 'four ERROR', 'the last ERROR']);
    expect(pages).toBe(2);
  });
});

it('beyond the bound of bytes the oldest events go, of whatever group', async () => {
  await makeStream();
  await makeStream('stream', 'other');
  const big = 'x'.repeat(400_000);
  await call('PutLogEvents', {
    logGroupName: 'other',
    logStreamName: 'stream',
    logEvents: [{ timestamp: NOW, message: big }],
  });
  for (let index = 0; index < 5; index += 1) await put([[NOW + index, `${index}${big}`]]);
  expect(await messagesOf({ logGroupName: 'other' })).toEqual([]);
  expect((await messagesOf({ startFromHead: false })).map((message) => String(message)[0])).toEqual([
    '4',
    '3',
  ]);
  expect(await messagesOf({ limit: 1 })).toEqual([`1${big}`]);
  expect(store.events.totalBytes()).toBe(4 * 400_027);
});
