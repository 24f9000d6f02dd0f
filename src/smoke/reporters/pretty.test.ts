import { expect, test } from 'vitest';
import { ALL, HOSTILE_CASE, PASSED, SKIPPED, summaryOf, written } from '../results.test-support.ts';
import { createPrettyReporter, type PrettyOptions } from './pretty.ts';

function shown(summary: Parameters<typeof written>[1], options: Partial<PrettyOptions> = {}): string {
  return written((basic) => createPrettyReporter({ ...basic, ...options }), summary);
}

test('a green run is a line for each function', () => {
  expect(shown(summaryOf([PASSED]))).toMatchInlineSnapshot(`
    "llx smoke  1 case of 1 function

    ✓ orders  1 passed

    Cases  1 passed of 1
    Time   1.2 s  1/s
    "
  `);
});

test('who asks for every case gets every case', () => {
  expect(shown(summaryOf([PASSED, SKIPPED]), { verbose: true })).toMatchInlineSnapshot(`
    "llx smoke  2 cases of 1 function

    ✓ orders/create (orders)  12 ms
    - orders/late (orders)  skipped
    - orders  1 passed, 1 skipped

    Cases  1 passed, 1 skipped of 2
    Time   1.2 s  1/s
    "
  `);
});

test('what failed is shown whole: what differs, the code that threw, the stack, the log', () => {
  expect(shown(summaryOf(ALL))).toMatchInlineSnapshot(`
    "llx smoke  7 cases of 2 functions

    ✗ hello/get (hello)  12 ms
    ✗ hello        1 failed
    ✗ hello/bad  did not run
    ✗ no function  1 failed
    ✓ orders/again (orders)  12 ms, tried 3 times
    ✓ orders/new (orders)  12 ms, written
    ✗ orders/price (orders)  12 ms
    ✗ orders       1 failed, 3 passed, 1 skipped

     FAILED 1/3 hello/get (hello)
      fixtures/events/hello/get.json

      TypeError: no name

      src/hello.ts:9
         8 │ export const handler = async () => {
      >  9 │     throw new TypeError("no name");
           │     ^
        10 │ };

          at handler (src/hello.ts:9:2)
          at node:internal/process/task_queues:105:5

     FAILED 2/3 hello/bad
      fixtures/events/hello/bad.json

      Expected JSON in /project/fixtures/events/hello/bad.json, found something else.

     FAILED 3/3 orders/price (orders)
      fixtures/events/orders/price.json

      answer differs at total  - expected  + found
        {
      -   "total": 82.8,
      +   "total": 28.8,
          "items": [
            "MUG",
            "PLATE",
        ⋮

      what it printed
      │ INFO  order A-1042
      │ a line of its own

    Cases  3 failed, 3 passed, 1 skipped of 7
    Time   1.2 s  5/s
    1 passed only when tried again.
    1 written: look at what changed before you commit it.

    If that is right now: llx smoke orders/price --update
    "
  `);
});

test('an interrupted run says so', () => {
  expect(
    shown(summaryOf([PASSED, SKIPPED], { interrupted: true }))
      .split('\n')
      .at(-2),
  ).toBe('Interrupted: what is skipped did not run.');
});

test('a part of a run says which', () => {
  expect(shown(summaryOf([PASSED], { shard: { index: 2, count: 3 } })).split('\n')[0]).toBe(
    'llx smoke  1 case of 1 function, part 2 of 3',
  );
});

test('on a terminal one line counts, and is gone before others are written', () => {
  expect(shown(summaryOf([PASSED, PASSED]), { live: true })).toContain(
    '\r\u001b[K0 of 2\r\u001b[K1 of 2\r\u001b[K✓ orders  2 passed\n\r\u001b[K2 of 2\r\u001b[K',
  );
});

test('nothing that a function says reaches the terminal as a command', () => {
  expect(shown(summaryOf([HOSTILE_CASE]), { verbose: true })).not.toMatch(/[^\P{Cc}\n]/u);
});

test('what a function printed is put between the guards', () => {
  const lines = shown(summaryOf(ALL), { guard: { open: '::stop-commands::t', close: '::t::' } }).split('\n');
  const [open, close] = [lines.indexOf('::stop-commands::t'), lines.indexOf('::t::')];
  const log = lines.findIndex((line) => line.includes('a line of its own'));
  expect(open).toBeGreaterThan(0);
  expect(log).toBeGreaterThan(open);
  expect(close).toBeGreaterThan(log);
});
