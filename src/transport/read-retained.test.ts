import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { MemoryBroker } from './memory.ts';
import { readRetainedBySubscription } from './read-retained.ts';
import type { Transport } from './transport.ts';

const NEVER = new AbortController().signal;
const LONG_MS = 60_000;

let broker: MemoryBroker;
let transport: Transport;

beforeEach(async () => {
  vi.useFakeTimers();
  broker = new MemoryBroker();
  transport = await broker.connect({
    clientId: (connection) => `client-${connection}`,
    keepAliveSeconds: 60,
    connectTimeoutMs: 1_000,
    backoffMs: () => undefined,
  });
});

afterEach(async () => {
  await transport.close();
  vi.useRealTimers();
});

it('reads what is retained', async () => {
  await transport.publish('kept', Buffer.from('x'), { qos: 1, retain: true });
  expect(await readRetainedBySubscription(transport, LONG_MS)('kept', NEVER)).toEqual(
    Uint8Array.from(Buffer.from('x')),
  );
  expect(vi.getTimerCount()).toBe(0);
});

it('takes what is published meanwhile, and only on that topic', async () => {
  const reading = readRetainedBySubscription(transport, LONG_MS)('topic', NEVER);
  await transport.subscribe(['topic/other']);
  await transport.publish('topic/other', Buffer.from('other'));
  await transport.publish('topic', Buffer.from('news'));
  expect(await reading).toEqual(Uint8Array.from(Buffer.from('news')));
});

it('takes an empty message for none', async () => {
  const reading = readRetainedBySubscription(transport, LONG_MS)('topic', NEVER);
  await transport.subscribe(['topic'], 1);
  await transport.publish('topic', Buffer.alloc(0), { retain: true });
  expect(await reading).toBeUndefined();
});

it('takes silence for none, after the bound and not before', async () => {
  const settled = vi.fn();
  const reading = readRetainedBySubscription(transport, 250)('none', NEVER).then(settled);
  await vi.advanceTimersByTimeAsync(249);
  expect(settled).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  await reading;
  expect(settled).toHaveBeenCalledExactlyOnceWith(undefined);
});

it('keeps the bound although the broker does not answer the subscribe', async () => {
  broker.freeze('client-1');
  const reading = readRetainedBySubscription(transport, 250)('kept', NEVER);
  await vi.advanceTimersByTimeAsync(250);
  expect(await reading).toBeUndefined();
  // Its SUBSCRIBE fails later, when nobody waits for it any more.
  broker.drop('client-1');
});

it('ends by the signal, before or meanwhile', async () => {
  const read = readRetainedBySubscription(transport, LONG_MS);
  expect(await read('none', AbortSignal.abort())).toBeUndefined();
  const abort = new AbortController();
  const reading = read('none', abort.signal);
  abort.abort();
  expect(await reading).toBeUndefined();
  expect(vi.getTimerCount()).toBe(0);
});

it('rejects when the connection ends before the subscription is made', async () => {
  broker.freeze('client-1');
  const reading = readRetainedBySubscription(transport, LONG_MS)('kept', NEVER);
  broker.drop('client-1');
  await expect(reading).rejects.toMatchObject({ code: 'TRANSPORT_LOST' });
  expect(vi.getTimerCount()).toBe(1);
});
