import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkExpectation } from '../fixtures/expect/check-expectation.ts';
import { readAnswer } from '../fixtures/expect/observed.ts';
import { loadFixture } from '../fixtures/load-fixtures.ts';
import { ExpectationWriter } from './expectation-writer.ts';
import type { RunnableCase } from './smoke-case.ts';
import type { WorldInvocation } from './world.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-smoke-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function caseOf(content: unknown, functionName = 'orders'): Promise<RunnableCase> {
  const file = join(directory, 'create.json');
  await writeFile(file, `\ufeff${JSON.stringify(content)}`);
  const fixture = await loadFixture({ name: 'orders/create', file });
  return { name: 'orders/create', file, functionName, fixture };
}

function observed(answer: unknown, more: Partial<WorldInvocation> = {}): WorldInvocation {
  return { answer, logs: [], calls: [], durationMs: 20, ...more };
}

function written(): Promise<string> {
  return readFile(join(directory, 'create.json'), 'utf8');
}

test('what a function answers now is expected, and what else the file says stays where it is', async () => {
  const one = await caseOf({
    function: 'orders',
    expect: { answer: { id: { $any: 'uuid' }, total: 1 } },
    event: { b: 1, a: 2 },
    seed: 7,
  });
  const answer = { id: '6f1a7a0e-3c0e-4b51-9d8b-0e6c7f2b9a11', total: 2 };
  const expectation = { answer: { id: { $any: 'uuid' }, total: 2 } };
  expect(await new ExpectationWriter().update(one, observed(answer))).toEqual({ expectation, written: true });
  const content = { function: 'orders', expect: expectation, event: { b: 1, a: 2 }, seed: 7 };
  expect(await written()).toBe(`${JSON.stringify(content, undefined, 2)}\n`);
  expect(await readdir(directory)).toEqual(['create.json']);
});

test('a number of many digits stays in the event, and is expected as it was answered', async () => {
  const one = await caseOf({ event: { id: 'ID' }, expect: { answer: 1 } });
  const text = (await written()).replace('"ID"', '12345678901234567890');
  await writeFile(one.file, text);
  const answer = readAnswer(Buffer.from('{"id":9007199254740993}'));
  await new ExpectationWriter().update({ ...one, fixture: await loadFixture(one) }, observed(answer));
  expect((await written()).replace(/\s/g, '')).toBe(
    '{"event":{"id":12345678901234567890},"expect":{"answer":{"id":9007199254740993}}}',
  );
});

test('an event alone becomes a fixture with an expectation', async () => {
  const event = { event: 1, detail: { a: 1 } };
  await new ExpectationWriter().update(await caseOf(event), observed({ ok: true }));
  expect(JSON.parse(await written())).toEqual({ event, expect: { answer: { ok: true } } });
});

test('an expectation that stays the same leaves its file alone', async () => {
  const one = await caseOf({ event: {}, expect: { answer: 1, maximumDurationMs: 10 } });
  const before = await written();
  expect(await new ExpectationWriter().update(one, observed(1))).toEqual({
    expectation: { answer: 1, maximumDurationMs: 10 },
    written: false,
  });
  expect(await written()).toBe(before);
});

test('an error of the handler may be expected, that it does not build may not', async () => {
  const one = await caseOf({ event: {} });
  const before = await written();
  const error = { errorType: 'Llx.BuildError', errorMessage: 'src/a.ts:1:1: no' };
  expect(
    await new ExpectationWriter().update(one, observed(undefined, { error, failedBecause: 'build' })),
  ).toEqual({ refused: 'Not written: Llx.BuildError is no answer of the function.' });
  const lost = { errorType: 'Llx.SessionLost', errorMessage: 'the session is gone' };
  expect(
    await new ExpectationWriter().update(one, observed(undefined, { error: lost, failedBecause: 'handler' })),
  ).toEqual({ refused: 'Not written: Llx.SessionLost is no answer of the function.' });
  expect(await written()).toBe(before);
  const thrown = { errorType: 'OutOfStock', errorMessage: 'no mugs' };
  await new ExpectationWriter().update(one, observed(undefined, { error: thrown, failedBecause: 'handler' }));
  expect(JSON.parse(await written())).toEqual({ event: {}, expect: { error: thrown } });
});

test('of several functions that share a fixture the first one is written, and the others are held to it', async () => {
  const one = await caseOf({ event: {}, expect: { answer: 1 } });
  const writer = new ExpectationWriter();
  const updates = await Promise.all([
    writer.update(one, observed(2)),
    writer.update({ ...one, functionName: 'orders-queue' }, observed(3)),
  ]);
  expect(updates).toEqual([
    { expectation: { answer: 2 }, written: true },
    { expectation: { answer: 2 }, written: false },
  ]);
  expect(JSON.parse(await written())).toEqual({ event: {}, expect: { answer: 2 } });
});

test('a file that is gone is told', async () => {
  const one = await caseOf({ event: {} });
  await rm(one.file);
  expect(await new ExpectationWriter().update(one, observed(1))).toEqual({
    refused: expect.stringMatching(/^Not written: ENOENT/),
  });
});

test('no secret is written that the fixture did not have: what stands there fits any', async () => {
  const event = { password: 'hunter22-of-mine', email: 'ada@shop.test', apiKey: 'REDACTED-1' };
  const secrets = ['of-the-environment-1'];
  const answer = {
    body: JSON.stringify({ token: 'f00-and-bar', email: 'ada@shop.test', as: 'bob@shop.test' }),
    headers: { 'set-cookie': 'sid=n3w-one; Path=/' },
    seen: 'hunter22-of-mine',
    key: 'REDACTED-1',
    note: 'connected as of-the-environment-1',
    statusCode: 201,
    pin: 201,
  };
  const kept = {
    statusCode: 200,
    note: { $regex: '^connected' },
    body: { $json: { id: { $any: 'absent' } } },
  };
  for (const expect_ of [undefined, { answer: kept }, { answer: 1 }]) {
    const one = await caseOf({ event, ...(expect_ === undefined ? {} : { expect: expect_ }) });
    const update = await new ExpectationWriter({ secrets, rules: {} }).update(one, observed(answer));
    const { expect: expected } = JSON.parse(await written());
    expect(JSON.stringify(expected)).not.toMatch(/f00-and-bar|bob@|n3w-one|of-the-environment-1/);
    expect(expected.answer).toMatchObject({
      seen: 'hunter22-of-mine',
      key: 'REDACTED-1',
      statusCode: 201,
      headers: { 'set-cookie': { $regex: { pattern: '^sid=.+; Path=\\/$' } } },
    });
    expect(update).toEqual({ expectation: expected, written: true });
    expect(checkExpectation(expected, observed(answer))).toEqual([]);
  }
});

test('what a function is refused with, and what it sends, is written without secrets, too', async () => {
  const error = { errorType: 'Refused', errorMessage: 'no Bearer abcdef.123456.xyz' };
  const calls: WorldInvocation['calls'] = [
    { type: 'sendMessage', queue: 'mails', body: '{"to":"ada@shop.test","n":2}', attributes: {} },
  ];
  const one = await caseOf({ event: {}, expect: { answer: 1, callsExactly: true, maximumDurationMs: 9 } });
  const saw = observed(undefined, { error, calls, durationMs: 3 });
  await new ExpectationWriter().update(one, saw);
  const { expect: expected } = JSON.parse(await written());
  expect(JSON.stringify(expected)).not.toMatch(/123456|ada@/);
  expect(expected.calls).toEqual([
    { sendMessage: { queue: 'mails', body: { to: { $any: 'string' }, n: 2 } } },
  ]);
  expect(checkExpectation(expected, saw)).toEqual([]);
});

test('a fixture that had no expectation gets that of a recording, unless clock or chance are fixed', async () => {
  const answer = { id: '6f1a7a0e-3c0e-4b51-9d8b-0e6c7f2b9a11', at: new Date().toISOString() };
  await new ExpectationWriter().update(await caseOf({ event: {} }), observed(answer));
  expect(JSON.parse(await written())).toEqual({
    event: {},
    expect: { answer: { id: { $any: 'uuid' }, at: { $any: 'date' } } },
  });
  await new ExpectationWriter({ fixed: true }).update(await caseOf({ event: {} }), observed(answer));
  expect(JSON.parse(await written())).toEqual({ event: {}, expect: { answer } });
});
