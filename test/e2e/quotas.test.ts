import { randomBytes } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { LAMBDA, STREAM_WINDOW_BYTES } from '../../src/protocol/limits.ts';
import { QUOTA_PROFILES, scaleQuotas } from '../../src/protocol/quota-profile.ts';
import { connectPacket } from '../../src/transport/mqtt/packet-transport.ts';
import { QuotaTunnel } from '../support/quota-tunnel.ts';

const IOT = QUOTA_PROFILES['iot-core'];

let tunnel: QuotaTunnel | undefined;
afterEach(async () => tunnel?.close());

function incompressible(bytes: number): Uint8Array {
  return Buffer.from(JSON.stringify(randomBytes(Math.floor((bytes - 8) * 0.75)).toString('base64')));
}

test('a warm invocation of a fast handler is two publishes: an offer and a result', async () => {
  tunnel = await QuotaTunnel.start(IOT, async ({ event }) => event);
  await tunnel.invoke(Buffer.from('"warm"'));
  const observer = await connectPacket({
    url: tunnel.broker.url,
    clientId: () => 'observer',
    keepAliveSeconds: 60,
    connectTimeoutMs: 5_000,
  });
  await observer.subscribe(['llx/v1/#']);
  const topics: string[] = [];
  const marked = new Promise<void>((resolve) => {
    observer.onMessage(({ topic, retained }) => {
      if (topic === 'llx/v1/mark') resolve();
      else if (!retained) topics.push(topic.split('/')[3] ?? '');
    });
  });
  for (let n = 0; n < 10; n++) await tunnel.invoke(Buffer.from(String(n)));
  await observer.publish('llx/v1/mark', Uint8Array.of(1));
  await marked;
  await observer.close();
  expect(topics).toEqual(Array.from({ length: 10 }, () => ['in', 'out']).flat());
});

test('the largest event and answer of bytes that do not compress pass, and no frame is sent twice or discarded', async () => {
  // Four seconds of quota each way: longer than a claim, or the beats of a session that is busy sending, may take.
  tunnel = await QuotaTunnel.start(scaleQuotas(IOT, { bytesPerSecond: 2 }), async ({ event }) => event);
  const event = incompressible(LAMBDA.requestBytes);
  const outcome = await tunnel.invoke(event);
  expect(outcome.type).toBe('answered');
  expect(outcome.type === 'answered' && Buffer.from(outcome.payload).equals(event)).toBe(true);
  expect(tunnel.drops).toEqual([]);
}, 30_000);

test('a caller that gives up leaves the connections to the others: the rest of its answer does not leave', async () => {
  const answer = incompressible(LAMBDA.requestBytes);
  const started = Promise.withResolvers<void>();
  tunnel = await QuotaTunnel.start(scaleQuotas(IOT, { bytesPerSecond: 2 }), async () => {
    started.resolve();
    return answer;
  });
  const running = tunnel;
  const caller = new AbortController();
  const outcome = running.invoke(Buffer.from('{}'), { signal: caller.signal });
  await started.promise;
  await vi.waitFor(() => expect(running.pacing.at(-1)?.waiting).toBeGreaterThan(0));
  caller.abort();
  expect(await outcome).toMatchObject({ type: 'failed', errorType: 'Sandbox.Timedout' });
  await vi.waitFor(() => expect(running.pacing.at(-1)).toEqual({ waiting: 0, delayMs: 0 }), {
    timeout: 1_000,
  });
  expect(running.drops.map(({ reason }) => reason)).toContain('invocation-ended');
});

test('eighty environments at once are answered within the quotas: results take further connections', async () => {
  const stubs = 80;
  tunnel = await QuotaTunnel.start(IOT, async ({ event }) => event, { stubs });
  const running = tunnel;
  const outcomes = await Promise.all(
    Array.from({ length: stubs }, (_, stub) => running.invoke(Buffer.from(String(stub)), { stub })),
  );
  expect(outcomes.map((outcome) => outcome.type === 'answered' && String(outcome.payload))).toEqual(
    outcomes.map((_, n) => String(n)),
  );
  expect(tunnel.drops).toEqual([]);
});

test('a stream of 20 MB arrives whole through the quotas, and the beats in time', async () => {
  const pieces = Array.from({ length: 320 }, () => randomBytes(64 * 1024));
  tunnel = await QuotaTunnel.start(scaleQuotas(IOT, 8), async ({ onChunk }) => {
    for (const piece of pieces) await onChunk?.(piece);
    return undefined;
  });
  const received: Uint8Array[] = [];
  const outcome = await tunnel.invoke(Buffer.from('{}'), {
    onChunk: async (chunk) => void received.push(chunk),
  });
  expect(outcome.type).toBe('streamed');
  expect(Buffer.concat(received).equals(Buffer.concat(pieces))).toBe(true);
  expect(tunnel.drops).toEqual([]);
}, 30_000);

test('a caller that takes nothing stops the handler of a stream, and goes on with it', async () => {
  let written = 0;
  const piece = new Uint8Array(64 * 1024);
  tunnel = await QuotaTunnel.start(scaleQuotas(IOT, { bytesPerSecond: 8 }), async ({ event, onChunk }) => {
    if (String(event) !== '{}') return event;
    for (let n = 0; n < 64; n++) {
      await onChunk?.(piece);
      written += piece.byteLength;
    }
    return undefined;
  });
  let take: () => void = () => undefined;
  const taking = new Promise<void>((resolve) => {
    take = resolve;
  });
  let taken = 0;
  const first = Promise.withResolvers<void>();
  const outcome = tunnel.invoke(Buffer.from('{}'), {
    onChunk: async (chunk) => {
      first.resolve();
      await taking;
      taken += chunk.byteLength;
    },
  });
  await first.promise;
  // A window of a megabyte; then the handler waits.
  await vi.waitFor(() => expect(written).toBe(STREAM_WINDOW_BYTES), { timeout: 10_000 });
  // All of it has left when nothing waits; then credit that the stub gave for it came before these two are answered.
  const running = tunnel;
  await vi.waitFor(() => expect(running.pacing.at(-1)?.waiting ?? 0).toBe(0), { timeout: 10_000 });
  for (const ping of ['1', '2']) expect((await running.invoke(Buffer.from(ping))).type).toBe('answered');
  expect(written).toBe(STREAM_WINDOW_BYTES);
  take();
  expect((await outcome).type).toBe('streamed');
  expect(taken).toBe(64 * piece.byteLength);
}, 30_000);
