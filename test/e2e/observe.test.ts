import { afterEach, expect, test } from 'vitest';
import { OBSERVE_BYTES } from '../../src/protocol/limits.ts';
import type { SessionEvent } from '../../src/session/event.ts';
import type { DeployedAnswer } from '../../src/stub/observed-copy.ts';
import { read, type TestSession, Tunnel } from '../support/tunnel.ts';

let tunnel: Tunnel;
afterEach(() => tunnel.close());

const never = async (): Promise<never> => {
  throw new Error('nothing may run on the laptop');
};

type Observed = Extract<SessionEvent, { type: 'observed' }>;

function observed({ events }: TestSession): readonly Observed[] {
  return events.filter((event) => event.type === 'observed');
}

function texts({ event, answer }: Observed): readonly string[] {
  return [event, answer].map((bytes) => Buffer.from(bytes).toString());
}

/** What Lambda does with a decision for the deployed handler. */
async function runDeployed(event: unknown, answer: Partial<DeployedAnswer> & { payload: Uint8Array }) {
  const outcome = await tunnel.invoke(event);
  if (outcome.type !== 'deployed')
    throw new Error(`expected the deployed handler to run, got ${outcome.type}`);
  await outcome.observe?.({ failed: false, durationMs: 4, ...answer });
  return outcome;
}

test('a session that watches sees what the deployed handler was given and answered', async () => {
  tunnel = new Tunnel();
  const session = await tunnel.startSession(never, { mode: 'observe' });
  await runDeployed({ n: 1 }, { payload: Buffer.from('"deployed"') });
  await expect.poll(() => observed(session)).toHaveLength(1);
  const [copy] = observed(session);
  expect(copy && texts(copy)).toEqual(['{"n":1}', '"deployed"']);
  expect(copy).toMatchObject({
    functionName: 'orders',
    lane: 'default',
    durationMs: 4,
    streamed: false,
    errorType: undefined,
    answerBytes: 10,
  });
  expect(session.events.filter(({ type }) => type === 'offered')).toEqual([]);
});

test('a failure of the deployed handler is seen as one', async () => {
  tunnel = new Tunnel();
  const session = await tunnel.startSession(never, { mode: 'observe' });
  await runDeployed({}, { payload: Buffer.from('{"errorType":"TypeError"}'), failed: true });
  await expect.poll(() => observed(session).map(({ errorType }) => errorType)).toEqual(['TypeError']);
});

test('of a large answer the beginning is copied, and its size told; a large event is not copied, and counted', async () => {
  tunnel = new Tunnel();
  const session = await tunnel.startSession(never, { mode: 'observe' });
  await runDeployed({}, { payload: Buffer.alloc(OBSERVE_BYTES + 1, 'x'), streamed: true });
  await expect
    .poll(() =>
      observed(session).map(({ answer, answerBytes, streamed }) => [
        answer.byteLength,
        answerBytes,
        streamed,
      ]),
    )
    .toEqual([[OBSERVE_BYTES - 2, OBSERVE_BYTES + 1, true]]);
  await runDeployed('x'.repeat(OBSERVE_BYTES), { payload: Buffer.from('1') });
  expect(tunnel.stubDrops.counts()).toEqual({ 'observe-left-out': 1 });
});

test('a function that is configured to be watched runs its deployed handler, whoever holds the lane', async () => {
  tunnel = new Tunnel({ stub: { mode: 'observe' } });
  const session = await tunnel.startSession(never);
  await tunnel.stub.prepare();
  await runDeployed({ n: 2 }, { payload: Buffer.from('2') });
  await expect.poll(() => observed(session).map((copy) => texts(copy))).toEqual([['{"n":2}', '2']]);
});

test('only the sample is copied', async () => {
  const drawn = [0.2, 0.9, 0.49, 0.5].values();
  tunnel = new Tunnel({ stub: { observeSample: 0.5, random: () => drawn.next().value ?? 1 } });
  const session = await tunnel.startSession(never, { mode: 'observe' });
  for (const n of [1, 2, 3, 4]) await runDeployed({ n }, { payload: Buffer.from('0') });
  await expect.poll(() => observed(session).map((copy) => texts(copy)[0])).toEqual(['{"n":1}', '{"n":3}']);
});

test('nobody watches: the deployed handler runs, and nothing is made ready to be copied', async () => {
  tunnel = new Tunnel();
  expect(await tunnel.invoke({})).toEqual({ type: 'deployed' });
});

test('a copy that cannot leave is counted, and holds nothing up', async () => {
  tunnel = new Tunnel();
  const session = await tunnel.startSession(never, { mode: 'observe' });
  const outcome = await tunnel.invoke({});
  tunnel.broker.drop(tunnel.clientOf('stub'));
  if (outcome.type === 'deployed')
    await outcome.observe?.({ payload: Buffer.from('0'), failed: false, durationMs: 1 });
  expect(tunnel.stubDrops.counts()).toEqual({ 'observe-left-out': 1 });
  expect(observed(session)).toEqual([]);
});

test('a copy that comes twice is shown once', async () => {
  tunnel = new Tunnel({ tamper: (delivery) => [delivery, delivery] });
  const session = await tunnel.startSession(never, { mode: 'observe' });
  await runDeployed({ n: 1 }, { payload: Buffer.from('1') });
  await runDeployed({ n: 2 }, { payload: Buffer.from('2') });
  await expect.poll(() => observed(session).map((copy) => texts(copy)[1])).toEqual(['1', '2']);
  expect(session.drops.count('message-duplicate')).toBe(2);
});

test('a session that serves takes the lane over from one that watches', async () => {
  tunnel = new Tunnel();
  await tunnel.startSession(never, { mode: 'observe' });
  await tunnel.startSession(async () => 'local', { takeover: true });
  await expect.poll(async () => read(await tunnel.invoke({}))).toBe('local');
});
