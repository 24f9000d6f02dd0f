import { expect, test } from 'vitest';
import { ordersRegistry, succeeded } from './lambda.test-support.ts';
import { wholeLog } from './system-log.ts';

const result = succeeded(Buffer.from('1'));
const times = { startedAt: 0, endedAt: 5 };

test('a log is text unless the function asks for JSON', () => {
  const resolved = ordersRegistry({ stubbed: false }).resolve({ name: 'orders', qualifier: undefined });
  const inText = wholeLog({ resolved, requestId: 'r-1' }, ['one'], result, times);
  expect(inText.split('\n').map((line) => line.split(' ')[0])).toEqual(['START', 'one', 'END', 'REPORT', '']);
  const deployed = { ...resolved.deployed, systemLogLevel: 'INFO' } as const;
  const inJson = wholeLog({ resolved: { ...resolved, deployed }, requestId: 'r-1' }, ['one'], result, times);
  expect(inJson).toBe(
    [
      '{"time":"1970-01-01T00:00:00.000Z","type":"platform.start","record":{"requestId":"r-1","version":"$LATEST"}}',
      'one',
      '{"time":"1970-01-01T00:00:00.005Z","type":"platform.report","record":{"requestId":"r-1","metrics":{"durationMs":1,"billedDurationMs":1,"memorySizeMB":128,"maxMemoryUsedMB":0},"status":"success"}}',
      '',
    ].join('\n'),
  );
});
