import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, GROUP, GROUP_ARN, LogsUnderTest, NOW } from './logs.test-support.ts';

let logs: LogsUnderTest;

beforeEach(() => {
  logs = new LogsUnderTest();
});

afterEach(() => logs.close());

describe('groups', () => {
  it('a group is listed as it was made, with its retention and its bytes', async () => {
    await logs.call('CreateLogGroup', { logGroupName: GROUP, tags: { team: 'a' } });
    await logs.call('CreateLogStream', { logGroupName: GROUP, logStreamName: 'stream' });
    await logs.call('PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 7 });
    await logs.put([[NOW, 'grüß']]);
    expect(await logs.call('DescribeLogGroups', { logGroupNamePrefix: '/aws/' })).toEqual({
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
      await logs.call('CreateLogGroup', { logGroupName: name });
    const names = (output: unknown) =>
      (output as { logGroups: { logGroupName: string }[] }).logGroups.map(({ logGroupName }) => logGroupName);
    expect(names(await logs.call('DescribeLogGroups', { logGroupNamePrefix: 'app/' }))).toEqual([
      'app/a',
      'app/b',
    ]);
    const first = await logs.call('DescribeLogGroups', { logGroupNamePattern: 'APP', limit: 2 });
    expect(names(first)).toEqual(['App/c', 'app/a']);
    const rest = await logs.call('DescribeLogGroups', {
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
    await logs.makeStream();
    await expect(logs.call(operation, input)).rejects.toThrow(expected);
  });

  it('retention hides at once what is too old, and the clock removes it', async () => {
    await logs.makeStream();
    await logs.put([
      [NOW - 2 * DAY_MS, 'old'],
      [NOW - 2 * DAY_MS + 60_000, 'a little later'],
    ]);
    await logs.put([[NOW, 'new']]);
    await logs.call('PutRetentionPolicy', { logGroupName: GROUP, retentionInDays: 3 });
    logs.clock.advance(DAY_MS + 30_000);
    expect(await logs.messages()).toEqual(['a little later', 'new']);
    logs.clock.advance(60 * 60_000);
    await logs.call('DeleteRetentionPolicy', { logGroupName: GROUP });
    expect(await logs.messages()).toEqual(['new']);
    expect(logs.store.groups.get(GROUP)?.storedBytes).toBe(3 + 26);
  });

  it('tags are set and taken away by ARN and by name', async () => {
    await logs.call('CreateLogGroup', { logGroupName: GROUP, tags: { a: '1' } });
    await logs.call('TagResource', { resourceArn: GROUP_ARN, tags: { b: '2' } });
    await logs.call('TagLogGroup', { logGroupName: GROUP, tags: { c: '3' } });
    await logs.call('UntagResource', { resourceArn: GROUP_ARN, tagKeys: ['a'] });
    expect(await logs.call('ListTagsForResource', { resourceArn: GROUP_ARN })).toEqual({
      tags: { b: '2', c: '3' },
    });
    await logs.call('UntagLogGroup', { logGroupName: GROUP, tags: ['b'] });
    expect(await logs.call('ListTagsLogGroup', { logGroupName: GROUP })).toEqual({ tags: { c: '3' } });
  });

  it('a deleted group takes its streams and events with it', async () => {
    await logs.makeStream();
    await logs.put([[NOW, 'gone']]);
    await logs.call('DeleteLogGroup', { logGroupName: GROUP });
    await logs.makeStream();
    expect(await logs.messages()).toEqual([]);
  });

  it('a caller has to be allowed the operation on the group’s ARN', async () => {
    await logs.makeStream();
    logs.asked.length = 0;
    await logs.call('FilterLogEvents', { logGroupIdentifier: `${GROUP_ARN}:*` });
    await logs.put([[NOW, 'x']]);
    await logs.call('DescribeLogGroups');
    expect(logs.asked).toEqual([
      `logs:FilterLogEvents ${GROUP_ARN}:log-stream:`,
      `logs:PutLogEvents ${GROUP_ARN}:log-stream:stream`,
      'logs:DescribeLogGroups arn:aws:logs:us-east-1:000000000000:log-group::log-stream:',
    ]);
  });
});

describe('streams', () => {
  it('are listed by name, or by their newest event, in pages', async () => {
    for (const [index, name] of ['b', 'a', 'c'].entries()) {
      await logs.makeStream(name);
      await logs.put([[NOW + index, name]], name);
    }
    await logs.makeStream('empty');
    const list = async (input: Record<string, unknown>): Promise<string[]> => {
      const names: string[] = [];
      let nextToken: unknown;
      do {
        const output = await logs.call('DescribeLogStreams', {
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
    await logs.makeStream();
    logs.clock.advance(500);
    await logs.put([
      [NOW - 20, 'a'],
      [NOW - 10, 'b'],
    ]);
    expect(await logs.call('DescribeLogStreams', { logGroupIdentifier: GROUP_ARN })).toEqual({
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
    await logs.makeStream('a');
    await logs.makeStream('b');
    await logs.put([[NOW, 'of a']], 'a');
    await logs.put([[NOW, 'of b']], 'b');
    await logs.call('DeleteLogStream', { logGroupName: GROUP, logStreamName: 'a' });
    expect(await logs.messages()).toEqual(['of b']);
    expect(logs.store.groups.get(GROUP)?.storedBytes).toBe(4 + 26);
  });
});
