import { Parser } from 'tap-parser';
import { expect, test } from 'vitest';
import { ALL, BROKEN, HOSTILE_CASE, PASSED, SKIPPED, summaryOf, written } from '../results.test-support.ts';
import { createTapReporter } from './tap.ts';

/** What an independent reader makes of it. Strict: what is no TAP counts as a failure. */
function read(text: string) {
  const points: {
    readonly ok: boolean;
    readonly name: string;
    readonly skip: boolean | string;
    readonly diag: Readonly<Record<string, unknown>> | null;
  }[] = [];
  const noise: string[] = [];
  let bailout: string | undefined;
  const parser = new Parser({ strict: true });
  parser.on('assert', ({ ok, name, skip, diag }) => points.push({ ok, name, skip, diag }));
  parser.on('extra', (line) => noise.push(line));
  parser.on('bailout', (reason) => {
    bailout = reason;
  });
  parser.end(text);
  const { count, pass, fail, ok } = parser.results ?? { count: 0, pass: 0, fail: 0, ok: false };
  return { points, noise, bailout, count, pass, fail, ok };
}

test('a test point for each case, in order', () => {
  const { points, noise, count, ok } = read(written(createTapReporter, summaryOf(ALL)));
  expect(noise).toEqual([]);
  expect({ count, ok }).toEqual({ count: 7, ok: false });
  expect(points.map((point) => [point.ok, point.name, point.skip])).toEqual([
    [false, 'hello/get (hello)', false],
    [false, 'hello/bad', false],
    [true, 'orders/create (orders)', false],
    [true, 'orders/again (orders)', false],
    [true, 'orders/new (orders)', false],
    [true, 'orders/late (orders)', 'the run ended before'],
    [false, 'orders/price (orders)', false],
  ]);
});

test('a failure says in its diagnostics what differs, and what the function printed', () => {
  const { points } = read(written(createTapReporter, summaryOf(ALL)));
  expect(points.at(-1)?.diag).toEqual({
    message: 'answer total: expected 82.8, found 28.8',
    file: 'fixtures/events/orders/price.json',
    function: 'orders',
    durationMs: 12,
    details: [
      'answer differs at total  - expected  + found',
      '  {',
      '-   "total": 82.8,',
      '+   "total": 28.8,',
      '    "items": [',
      '      "MUG",',
      '      "PLATE",',
      '  ⋮',
    ],
    logs: [
      '2026-11-21T21:52:35.161Z\t027379e0-efa8-40f8-8e87-6c303cb2f8d8\tINFO\torder A-1042',
      'a line of its own',
    ],
  });
});

test('a run that is green is green to the reader', () => {
  expect(read(written(createTapReporter, summaryOf([PASSED]))).ok).toBe(true);
});

test('what a function says cannot break out of its diagnostics', () => {
  const { points, noise } = read(written(createTapReporter, summaryOf([HOSTILE_CASE, BROKEN])));
  expect(noise).toEqual([]);
  expect(points.map(({ ok }) => ok)).toEqual([false, false]);
  expect(points[0]?.diag?.logs).toEqual(HOSTILE_CASE.observed?.logs.map((line) => line.toWellFormed()));
});

test('an interrupted run is no green one', () => {
  const { bailout, ok } = read(
    written(createTapReporter, summaryOf([PASSED, SKIPPED], { interrupted: true })),
  );
  expect({ bailout, ok }).toEqual({ bailout: 'interrupted', ok: false });
});
