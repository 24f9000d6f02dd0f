import { expect, test } from 'vitest';
import type { RunStatus } from './log-tail.ts';
import { platformEnd, platformStart, type SystemLogLevel } from './platform-log.ts';

const TIME = '2026-01-12T09:30:00.000Z';
const logAt = (level: SystemLogLevel) => ({ requestId: 'id-1', level, at: Date.parse(TIME) });

const parsed = (lines: readonly string[]): unknown[] => lines.map((line) => JSON.parse(line));
const typesOf = (lines: readonly string[]): unknown[] =>
  lines.map((line) => JSON.parse(line).type.replace('platform.', ''));

const cold: RunStatus = {
  durationMs: 1.504,
  initMs: 20.25,
  coldStart: true,
  maxMemoryMb: 50,
  status: 'succeeded',
};

const failed = (failure: string, errorType: string): RunStatus => ({
  durationMs: 3,
  coldStart: false,
  status: 'failed',
  failure,
  errorType,
});

test('an invocation starts and is reported, as START and REPORT say it', () => {
  expect(parsed(platformStart(logAt('INFO'), '$LATEST'))).toEqual([
    { time: TIME, type: 'platform.start', record: { requestId: 'id-1', version: '$LATEST' } },
  ]);
  expect(parsed(platformEnd(logAt('INFO'), 128, cold))).toEqual([
    {
      time: TIME,
      type: 'platform.report',
      record: {
        requestId: 'id-1',
        metrics: {
          durationMs: 1.5,
          billedDurationMs: 22,
          memorySizeMB: 128,
          maxMemoryUsedMB: 50,
          initDurationMs: 20.25,
        },
        status: 'success',
      },
    },
  ]);
});

test.each<[SystemLogLevel, RunStatus, string[]]>([
  ['DEBUG', cold, ['start', 'runtimeDone', 'report']],
  ['INFO', cold, ['start', 'report']],
  ['WARN', cold, []],
  ['INFO', failed('handler', 'Error'), ['start', 'runtimeDone', 'report']],
  ['WARN', failed('handler', 'Error'), ['runtimeDone', 'report']],
  ['WARN', failed('init', 'Runtime.ImportModuleError'), ['initReport', 'runtimeDone', 'report']],
])('at the level %s only what is as important is said', (level, facts, types) => {
  const lines = [...platformStart(logAt(level), '1'), ...platformEnd(logAt(level), 128, facts)];
  expect(typesOf(lines)).toEqual(types);
});

test.each([
  ['timeout', 'Sandbox.Timedout', { status: 'timeout' }],
  ['init', 'Sandbox.Timedout', { status: 'timeout' }],
  ['exit', 'Runtime.ExitError', { status: 'error', errorType: 'Runtime.ExitError' }],
  ['memory', 'Runtime.OutOfMemory', { status: 'error', errorType: 'Runtime.OutOfMemory' }],
  ['handler', 'TypeError', { status: 'error' }],
])('a run that ended by %s (%s) says so in each record', (failure, errorType, outcome) => {
  for (const line of platformEnd(logAt('WARN'), 128, failed(failure, errorType))) {
    const {
      requestId: _,
      metrics: __,
      phase: ___,
      initializationType: ____,
      ...rest
    } = JSON.parse(line).record;
    expect(rest).toEqual(outcome);
  }
});
