import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { validateXML } from 'xmllint-wasm';
import { ALL, DIFFERENT, HOSTILE_CASE, summaryOf, written } from '../results.test-support.ts';
import { createJunitReporter } from './junit.ts';

const schema = await readFile(new URL('junit-10.xsd', import.meta.url), 'utf8');

async function problems(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({
    xml: { fileName: 'report.xml', contents: xml },
    schema: { fileName: 'junit-10.xsd', contents: schema },
  });
  return errors.map(({ message }) => message);
}

test('a report fits the schema of JUnit reports', async () => {
  expect(await problems(written(createJunitReporter, summaryOf(ALL)))).toEqual([]);
});

test('the schema would find what does not fit', async () => {
  const report = written(createJunitReporter, summaryOf(ALL));
  expect(await problems(report.replace('<testcase name=', '<testcase label='))).not.toEqual([]);
});

test('what a function says cannot break out of the report', async () => {
  const report = written(createJunitReporter, summaryOf([HOSTILE_CASE]));
  expect(await problems(report)).toEqual([]);
  expect(report).not.toMatch(/[\u0000-\u0008\u001b]/);
});

test('what a function prints is no command for the runner of GitHub Actions', async () => {
  const logs = ['first\n::add-mask::secret\n  ::error::x', '::stop-commands::y'];
  const observed = { answer: 1, logs, calls: [], durationMs: 1 };
  const report = written(createJunitReporter, summaryOf([{ ...DIFFERENT, observed }]));
  expect(await problems(report)).toEqual([]);
  expect(report).not.toMatch(/^\s*::/m);
  expect(report).toContain('\n&#58;:add-mask::secret\n  &#58;:error::x\n&#58;:stop-commands::y');
});

test('a run of nothing is a report without a suite', async () => {
  const report = written(createJunitReporter, summaryOf([]));
  expect(await problems(report)).toEqual([]);
  expect(report).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="llx smoke" tests="0" failures="0" errors="0" time="1.235"/>\n',
  );
});

test('a suite for each function, a case for each fixture, and what failed with its reasons and its log', () => {
  expect(written(createJunitReporter, summaryOf(ALL))).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="llx smoke" tests="7" failures="2" errors="1" time="1.235"><testsuite name="hello" tests="1" failures="1" errors="0" skipped="0" time="0.012" timestamp="2026-11-21T21:32:05"><testcase name="hello/get" classname="hello" time="0.012"><failure message="TypeError: no name" type="TypeError">fixtures/events/hello/get.json

    TypeError: no name

    src/hello.ts:9
       8 │ export const handler = async () =&gt; {
    &gt;  9 │     throw new TypeError(&quot;no name&quot;);
         │     ^
      10 │ };

        at handler (src/hello.ts:9:2)
        at node:internal/process/task_queues:105:5</failure>
    <system-out>2026-11-21T21:52:35.164Z	f6046a4e-9eba-4980-bfc4-59338d775346	ERROR	Invoke Error 	{&quot;errorType&quot;:&quot;TypeError&quot;}</system-out></testcase></testsuite>
    <testsuite name="no function" tests="1" failures="0" errors="1" skipped="0" time="0.000" timestamp="2026-11-21T21:32:05"><testcase name="hello/bad" classname="no function" time="0.000"><error message="Expected JSON in /project/fixtures/events/hello/bad.json, found something else." type="problem">fixtures/events/hello/bad.json

    Expected JSON in /project/fixtures/events/hello/bad.json, found something else.</error></testcase></testsuite>
    <testsuite name="orders" tests="5" failures="1" errors="0" skipped="1" time="0.049" timestamp="2026-11-21T21:32:05"><testcase name="orders/create" classname="orders" time="0.012"/>
    <testcase name="orders/again" classname="orders" time="0.012"><system-out>passed at try 3</system-out></testcase>
    <testcase name="orders/new" classname="orders" time="0.012"/>
    <testcase name="orders/late" classname="orders" time="0.000"><skipped/></testcase>
    <testcase name="orders/price" classname="orders" time="0.012"><failure message="answer total: expected 82.8, found 28.8" type="answer">fixtures/events/orders/price.json

    answer differs at total  - expected  + found
      {
    -   &quot;total&quot;: 82.8,
    +   &quot;total&quot;: 28.8,
        &quot;items&quot;: [
          &quot;MUG&quot;,
          &quot;PLATE&quot;,
      ⋮</failure>
    <system-out>2026-11-21T21:52:35.161Z	027379e0-efa8-40f8-8e87-6c303cb2f8d8	INFO	order A-1042
    a line of its own</system-out></testcase></testsuite></testsuites>
    "
  `);
});
