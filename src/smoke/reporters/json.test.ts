import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import {
  ALL,
  DIFFERENT,
  HOSTILE_CASE,
  PASSED,
  SKIPPED,
  summaryOf,
  THREW,
  written,
} from '../results.test-support.ts';
import { createJsonReporter } from './json.ts';

const document = await readFile(new URL('../../../docs/ci.md', import.meta.url), 'utf8');
const [, schema = ''] = /<!-- smoke-report-schema -->\n+```json\n([\s\S]*?)```/.exec(document) ?? [];
const validate = new Ajv2020({ allErrors: true }).compile(JSON.parse(schema));

function problems(text: string): unknown {
  return validate(JSON.parse(text)) ? [] : validate.errors;
}

test.each([
  ['a run with every kind of case', summaryOf(ALL)],
  ['a part of a run', summaryOf([PASSED], { shard: { index: 2, count: 3 } })],
  ['a run of nothing', summaryOf([])],
  ['an interrupted run', summaryOf([PASSED, SKIPPED], { interrupted: true })],
  ['a hostile function', summaryOf([HOSTILE_CASE])],
])('%s fits the schema of docs/ci.md', (_name, summary) => {
  expect(problems(written(createJsonReporter, summary))).toEqual([]);
});

test('the schema knows every key: what is not in it does not fit', () => {
  const report = JSON.parse(written(createJsonReporter, summaryOf([PASSED])));
  expect(problems(JSON.stringify({ ...report, more: 1 }))).not.toEqual([]);
  expect(problems(JSON.stringify({ ...report, cases: [{ ...report.cases[0], more: 1 }] }))).not.toEqual([]);
});

test('one line, with what differs, what failed and what was printed', () => {
  const output = written(createJsonReporter, summaryOf([THREW, DIFFERENT]));
  expect(output.indexOf('\n')).toBe(output.length - 1);
  expect(JSON.parse(output)).toEqual({
    version: 1,
    status: 'failed',
    startedAt: '2026-11-21T21:32:05.000Z',
    durationMs: 1234.568,
    totals: { total: 2, passed: 0, failed: 2, skipped: 0, flaky: 0, updated: 0 },
    cases: [
      {
        name: 'hello/get',
        file: 'fixtures/events/hello/get.json',
        function: 'hello',
        status: 'failed',
        attempts: 1,
        durationMs: 12.346,
        updated: false,
        mismatches: THREW.mismatches,
        error: THREW.observed?.error,
        location: { file: 'src/hello.ts', line: 9, column: 2 },
        logs: THREW.observed?.logs,
      },
      {
        name: 'orders/price',
        file: 'fixtures/events/orders/price.json',
        function: 'orders',
        status: 'failed',
        attempts: 1,
        durationMs: 12.346,
        updated: false,
        mismatches: DIFFERENT.mismatches,
        logs: DIFFERENT.observed?.logs,
      },
    ],
  });
});

test.each([
  ['passed', summaryOf([PASSED])],
  ['failed', summaryOf([PASSED, SKIPPED])],
  ['interrupted', summaryOf([PASSED, SKIPPED], { interrupted: true })],
])('a run is %s', (status, summary) => {
  expect(JSON.parse(written(createJsonReporter, summary)).status).toBe(status);
});
