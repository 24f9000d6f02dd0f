import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY_MS, GROUP, LogsUnderTest, NOW } from './logs.test-support.ts';

let logs: LogsUnderTest;

beforeEach(() => {
  logs = new LogsUnderTest();
});

afterEach(() => logs.close());

describe('PutLogEvents', () => {
  it('says which events it did not take: too old, too new', async () => {
    await logs.makeStream();
    const output = await logs.put([[NOW - 15 * DAY_MS, 'too old']]);
    expect(output.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
    expect(
      (
        await logs.put([
          [NOW, 'ok'],
          [NOW + 3 * 3_600_000, 'too new'],
        ])
      )?.rejectedLogEventsInfo,
    ).toEqual({
      tooNewLogEventStartIndex: 1,
    });
    expect(await logs.messages()).toEqual(['ok']);
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
    await logs.makeStream();
    await expect(logs.put(events)).rejects.toThrow(expected);
    expect(await logs.messages()).toEqual([]);
  });
});

describe('GetLogEvents', () => {
  const page = (input: Record<string, unknown>) =>
    logs.call('GetLogEvents', { logGroupName: GROUP, logStreamName: 'stream', ...input });
  const texts = (output: unknown) =>
    (output as { events: { message: string }[] }).events.map(({ message }) => message).join('');

  beforeEach(async () => {
    await logs.makeStream();
    await logs.makeStream('other');
    await logs.put([1, 2, 3, 4, 5].map((n) => [NOW + n, String(n)]));
    await logs.put([[NOW + 2, 'not of this stream']], 'other');
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
    await logs.put([[NOW + 6, '6']]);
    expect(texts(await page({ nextToken: end.nextForwardToken }))).toBe('6');
  });

  it('the start is inclusive and the end is not', async () => {
    expect(texts(await page({ startTime: NOW + 2, endTime: NOW + 4 }))).toBe('23');
  });

  it('a page holds 1 MB of events', async () => {
    await logs.put([[NOW + 7, 'x'.repeat(700_000)]]);
    await logs.put([[NOW + 8, 'y'.repeat(700_000)]]);
    const output = await page({ startFromHead: true });
    expect(texts(output).length).toBe(5 + 700_000);
    expect(texts(await page({ nextToken: output.nextForwardToken }))).toBe('y'.repeat(700_000));
  });
});

describe('FilterLogEvents', () => {
  beforeEach(async () => {
    await logs.makeStream('app-a');
    await logs.makeStream('app-b');
    await logs.makeStream('web');
    await logs.put(
      [
        [NOW + 1, 'one INFO'],
        [NOW + 4, 'four ERROR'],
      ],
      'app-a',
    );
    await logs.put(
      [
        [NOW + 2, 'two ERROR'],
        [NOW + 4, 'also four'],
      ],
      'app-b',
    );
    await logs.put([[NOW + 3, 'three INFO']], 'web');
  });

  it('interleaves the streams by time, each event with its stream and an id of its own', async () => {
    const output = await logs.call('FilterLogEvents', { logGroupName: GROUP, startTime: NOW + 4 });
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
    expect(await logs.messages()).toEqual(['one INFO', 'two ERROR', 'three INFO', 'four ERROR', 'also four']);
  });

  it('by streams, prefix, pattern and time', async () => {
    expect(await logs.messages({ logStreamNames: ['web', 'app-a'] })).toEqual([
      'one INFO',
      'three INFO',
      'four ERROR',
    ]);
    expect(await logs.messages({ logStreamNamePrefix: 'app-', filterPattern: 'ERROR' })).toEqual([
      'two ERROR',
      'four ERROR',
    ]);
    expect(await logs.messages({ startTime: NOW + 2, endTime: NOW + 3 })).toEqual([
      'two ERROR',
      'three INFO',
    ]);
    expect(await logs.messages({ startFromHead: false, limit: 2 })).toEqual(['also four', 'four ERROR']);
  });

  it('pages lead through all events once, also where most are not wanted', async () => {
    const many = Array.from({ length: 9_000 }, (_, index) => [NOW + 10 + index, `noise ${index}`] as const);
    for (let round = 0; round < 3; round += 1) await logs.put(many, 'web');
    await logs.put([[NOW + 50_000, 'the last ERROR']], 'web');
    const found: unknown[] = [];
    let nextToken: unknown;
    let pages = 0;
    do {
      const output = await logs.call('FilterLogEvents', {
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
  await logs.makeStream();
  await logs.makeStream('stream', 'other');
  const big = 'x'.repeat(400_000);
  await logs.call('PutLogEvents', {
    logGroupName: 'other',
    logStreamName: 'stream',
    logEvents: [{ timestamp: NOW, message: big }],
  });
  for (let index = 0; index < 5; index += 1) await logs.put([[NOW + index, `${index}${big}`]]);
  expect(await logs.messages({ logGroupName: 'other' })).toEqual([]);
  expect((await logs.messages({ startFromHead: false })).map((message) => String(message)[0])).toEqual([
    '4',
    '3',
  ]);
  expect(await logs.messages({ limit: 1 })).toEqual([`1${big}`]);
  expect(logs.store.events.totalBytes()).toBe(4 * 400_027);
});
