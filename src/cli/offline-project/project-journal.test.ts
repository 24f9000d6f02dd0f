import { expect, test } from 'vitest';
import type { CallEvent } from '../../emulator/call-event.ts';
import type { InvocationEvent } from '../../emulator/lambda/invocation-event.ts';
import type { InvocationCall } from '../../emulator/lambda/invocation-service.ts';
import type { InvocationResult } from '../../runtime/invocation.ts';
import { ProjectJournal } from './project-journal.ts';

const RESULT: InvocationResult = {
  status: 'succeeded',
  payload: new Uint8Array(),
  streamed: false,
  durationMs: 5,
  coldStart: true,
};

function invocation(name: string, requestId: string, root: string): InvocationCall {
  const spec = {
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    handler: 'src/a.handler',
    runtime: 'nodejs24.x',
    timeoutMs: 3_000,
    memoryMb: 128,
    environment: {},
    root: '/project',
    code: 'source' as const,
  };
  const deployed = { spec, stubbed: true, logGroupName: `/aws/lambda/${name}`, logStreamName: 'stream' };
  return {
    resolved: { deployed, invokedArn: spec.arn, version: '$LATEST' },
    requestId,
    event: new Uint8Array(),
    clientContext: undefined,
    traceId: `Root=${root};Parent=1;Sampled=0`,
  };
}

function tell(journal: ProjectJournal, call: InvocationCall, ...lines: readonly string[]): void {
  const events: readonly InvocationEvent[] = [
    { type: 'started', call, at: 0 },
    ...lines.map((text) => ({ type: 'log', call, text, at: 0 }) as const),
    { type: 'ended', call, result: RESULT, at: 0 },
  ];
  for (const event of events) journal.onInvocation(event);
}

const FUNCTION = {
  type: 'assumed-role',
  arn: 'arn:aws:sts::000000000000:assumed-role/orders-role/orders',
  account: '000000000000',
  userId: 'AROA:orders',
  roleArn: 'arn:aws:iam::000000000000:role/orders-role',
} as const;

function sent(body: string, more: Partial<CallEvent> = {}): CallEvent {
  return { type: 'sendMessage', queue: 'q', body, attributes: {}, caller: FUNCTION, ...more } as CallEvent;
}

test('an invocation has its own lines and result; what it invokes has others, in the same trace', () => {
  const journal = new ProjectJournal();
  const run = journal.begin('1-a', { seed: 7 });
  journal.onInvocation({ type: 'started', call: invocation('orders', 'first', '1-a'), at: 0 });
  tell(journal, invocation('stock', 'second', '1-a'), 'of the other');
  expect(run.result).toBeUndefined();
  tell(journal, invocation('orders', 'first', '1-a'), 'own');
  expect([run.logs, run.result]).toEqual([['own'], RESULT]);
  expect(journal.fixedOf('Parent=2; Root=1-a')).toEqual({ seed: 7 });
  journal.end(run);
  expect(journal.fixedOf('Root=1-a')).toBeUndefined();
  expect(journal.logs('stock')).toEqual([
    { functionName: 'stock', requestId: 'second', text: 'of the other' },
  ]);
});

test('what the session says of an invocation goes over what Lambda does', () => {
  const journal = new ProjectJournal();
  const run = journal.begin('1-a', undefined);
  const call = invocation('orders', 'first', '1-a');
  journal.onInvocation({ type: 'started', call, at: 0 });
  const offer = {
    type: 'offered',
    functionName: 'orders',
    lane: 'default',
    event: new Uint8Array(),
    at: 0,
  } as const;
  journal.onSession({ ...offer, id: 'other', requestId: 'second' });
  journal.onSession({ ...offer, id: 'own', requestId: 'first' });
  const near = { ...RESULT, durationMs: 1 };
  journal.onSession({ type: 'ended', id: 'other', at: 0, result: { ...RESULT, durationMs: 9 } });
  journal.onSession({ type: 'ended', id: 'own', at: 0, result: near });
  journal.onInvocation({ type: 'ended', call, result: RESULT, at: 0 });
  expect(run.result).toBe(near);
});

test('a call with a trace is one invocation’s; one without may be any’s; one of other keys is nobody’s', () => {
  const journal = new ProjectJournal();
  const [one, other] = [journal.begin('1-a', undefined), journal.begin('1-b', undefined)];
  journal.onCall(sent('traced', { traceId: 'Root=1-b;Parent=9' }));
  const published = { type: 'publish', topic: 't', payload: new Uint8Array([1]) } as const;
  journal.onCall(published);
  journal.onCall(sent('of the test', { caller: { ...FUNCTION, type: 'root' } }));
  const { caller: _, traceId: __, ...traced } = sent('traced', { traceId: '' });
  expect([one.calls, other.calls]).toEqual([[published], [traced, published]]);
  expect(journal.calls()).toEqual([traced, published]);
  journal.clear();
  expect([journal.calls(), other.calls.length]).toEqual([[], 2]);
});

test('the latest lines are kept, and no more than twice as many', () => {
  const journal = new ProjectJournal();
  tell(
    journal,
    invocation('orders', 'first', '1-a'),
    ...Array.from({ length: 50_001 }, (_, index) => `${index}`),
  );
  const texts = journal.logs(undefined).map(({ text }) => text);
  expect(texts.length).toBeLessThan(20_000);
  expect(texts.slice(-10_000)).toEqual(Array.from({ length: 10_000 }, (_, index) => `${40_001 + index}`));
});
