import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { IOT_CORE } from '../protocol/limits.ts';
import { QUOTA_PROFILES, scaleQuotas } from '../protocol/quota-profile.ts';
import { MemoryBroker } from './memory.ts';
import { pace } from './paced-transport.ts';
import type { Pacing } from './publish-queue.ts';
import { describeTransport } from './transport.contract.ts';
import type { Transport, TransportMessage } from './transport.ts';

const IOT = QUOTA_PROFILES['iot-core'];
const LARGE = 120 * 1024;
const OPTIONS = {
  clientId: (connection: number) => `client-${connection}`,
  keepAliveSeconds: 60,
  connectTimeoutMs: 1_000,
};

describeTransport('a paced transport', async () => {
  const broker = new MemoryBroker();
  const absent = new MemoryBroker();
  absent.mode = 'absent';
  const silent = new MemoryBroker();
  silent.mode = 'silent';
  const paced = async (connecting: Promise<Transport>) => pace(await connecting, IOT);
  return {
    connect: (options) => paced(broker.connect(options)),
    connectToNothing: (options) => paced(absent.connect(options)),
    connectToSilence: (options) => paced(silent.connect(options)),
    cut: (clientId) => broker.drop(clientId),
    freeze: (clientId) => broker.freeze(clientId),
    accept: (accepting) => {
      broker.mode = accepting ? 'answers' : 'absent';
    },
    subscriptionLimit: IOT_CORE.subscriptionsPerConnection,
    close: async () => undefined,
  };
});

describe('pacing', () => {
  const broker = new MemoryBroker();
  let inner: Transport;
  /** What left, and when. */
  let left: { readonly topic: string; readonly payload: Uint8Array; readonly at: number }[];

  beforeEach(async () => {
    vi.useFakeTimers();
    inner = await broker.connect(OPTIONS);
    left = [];
    const publish = inner.publish.bind(inner);
    inner.publish = (topic, payload, options) => {
      left.push({ topic, payload, at: performance.now() });
      return publish(topic, payload, options);
    };
  });

  afterEach(async () => {
    await inner.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('without quotas is the transport itself', () => {
    expect(pace(inner, QUOTA_PROFILES.none)).toBe(inner);
  });

  it('sends each publish once, however many there are, within the quota of each second', async () => {
    const paced = pace(inner, IOT);
    const sizes = fc.sample(fc.oneof(fc.nat(2_000), fc.constant(LARGE)), { numRuns: 300, seed: 7 });
    const all = Promise.all(sizes.map((bytes, n) => paced.publish(`t/${n}`, new Uint8Array(bytes))));
    await vi.runAllTimersAsync();
    await all;
    expect(left.map(({ topic }) => topic).sort()).toEqual(sizes.map((_, n) => `t/${n}`).sort());
    for (const { at } of left) {
      expect(left.filter((other) => other.at >= at && other.at < at + 1_000).length).toBeLessThanOrEqual(100);
    }
  });

  it('lets small ones overtake large ones, and keeps the order of each', async () => {
    const paced = pace(inner, IOT);
    const sent: Promise<void>[] = [];
    for (let n = 0; n < 20; n++) sent.push(paced.publish(`large/${n}`, new Uint8Array(LARGE)));
    for (let n = 0; n < 40; n++) sent.push(paced.publish(`beat/${n}`, Uint8Array.of(n)));
    const now = performance.now();
    expect(left.filter(({ topic }) => topic.startsWith('beat')).map(({ at }) => at - now)).toEqual(
      Array.from({ length: 40 }, () => 0),
    );
    await vi.runAllTimersAsync();
    await Promise.all(sent);
    expect(left.map(({ topic }) => topic).filter((topic) => topic.startsWith('large'))).toEqual(
      Array.from({ length: 20 }, (_, n) => `large/${n}`),
    );
  });

  it('lets no flood of small ones starve a large one', async () => {
    const paced = pace(inner, IOT);
    const flood = setInterval(() => {
      for (let n = 0; n < 5; n++) paced.publish('small', new Uint8Array(8 * 1024)).catch(() => undefined);
    }, 20);
    for (let n = 0; n < 50; n++) void paced.publish('small', new Uint8Array(8 * 1024)).catch(() => undefined);
    const sent = Array.from({ length: 5 }, () => paced.publish('large', new Uint8Array(LARGE)));
    await vi.advanceTimersByTimeAsync(10_000);
    clearInterval(flood);
    await Promise.all(sent);
    await inner.close();
  });

  it('keeps to the number of publishes without acknowledgement, and lets others pass', async () => {
    const paced = pace(inner, scaleQuotas(IOT, { unacknowledged: 0.02 }));
    broker.freeze('client-1');
    const waiting = Promise.allSettled(
      [1, 2, 3].map((n) => paced.publish(`kept/${n}`, Uint8Array.of(n), { qos: 1 })),
    );
    await paced.publish('beat', Uint8Array.of(0));
    expect(left.map(({ topic }) => topic)).toEqual(['kept/1', 'kept/2', 'beat']);
    await paced.close();
    expect(await waiting).toMatchObject(
      [1, 2, 3].map(() => ({ status: 'rejected', reason: { code: 'TRANSPORT_CLOSED' } })),
    );
  });

  it('goes on when one of them is acknowledged', async () => {
    const paced = pace(inner, scaleQuotas(IOT, { unacknowledged: 0.01 }));
    await Promise.all([1, 2, 3].map((n) => paced.publish(`kept/${n}`, Uint8Array.of(n), { qos: 1 })));
    expect(left.map(({ topic }) => topic)).toEqual(['kept/1', 'kept/2', 'kept/3']);
  });

  it('does not queue twice the bytes that still wait', async () => {
    const paced = pace(inner, IOT);
    const frames = Array.from({ length: 10 }, () => new Uint8Array(LARGE));
    const first = frames.map((frame) => paced.publish('frames', frame));
    const again = frames.slice(5).map((frame) => paced.publish('frames', frame));
    expect(again).toEqual(first.slice(5));
    await vi.runAllTimersAsync();
    await Promise.all([...first, ...again]);
    expect(left.map(({ payload }) => payload)).toEqual(frames);
  });

  it('does not send what was taken back while it waited, and lets the others have its time', async () => {
    const told: Pacing[] = [];
    const paced = pace(inner, IOT, { onPacing: (pacing) => told.push(pacing) });
    const end = new AbortController();
    const frames = Array.from({ length: 50 }, () => new Uint8Array(LARGE));
    const options = { signal: end.signal };
    const taken = Promise.allSettled(frames.map((frame) => paced.publish('ended', frame, options)));
    const sent = paced.publish('other', new Uint8Array(LARGE));
    const leftBefore = left.length;
    end.abort('nobody waits');
    await expect(paced.publish('ended', Uint8Array.of(1), options)).rejects.toBe('nobody waits');
    await vi.advanceTimersByTimeAsync(1_000);
    await sent;
    expect(told.at(-1)).toEqual({ waiting: 0, delayMs: 0 });
    expect(left.map(({ topic }) => topic)).toEqual([...Array(leftBefore).fill('ended'), 'other']);
    expect((await taken).map(({ status }) => status)).toEqual(
      frames.map((_, n) => (n < leftBefore ? 'fulfilled' : 'rejected')),
    );
  });

  it('rejects what waits when the connection ends, and starts afresh on the next', async () => {
    const paced = pace(inner, IOT);
    const waiting = Promise.allSettled(
      Array.from({ length: 10 }, () => paced.publish('t', new Uint8Array(LARGE))),
    );
    const connected = new Promise<void>((resolve) => {
      paced.onState(({ status }) => status === 'connected' && resolve());
    });
    broker.drop('client-1');
    await vi.advanceTimersByTimeAsync(0);
    await connected;
    expect((await waiting).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'TRANSPORT_LOST' } });
    left.length = 0;
    await paced.publish('t', new Uint8Array(LARGE));
    expect(left).toHaveLength(1);
  });

  it('says when publishes begin to wait, each second while they do, and when that ends', async () => {
    const told: Pacing[] = [];
    const paced = pace(inner, IOT, { onPacing: (pacing) => told.push(pacing) });
    const sent = Array.from({ length: 16 }, () => paced.publish('t', new Uint8Array(LARGE)));
    await vi.runAllTimersAsync();
    await Promise.all(sent);
    expect(told).toMatchInlineSnapshot(`
      [
        {
          "delayMs": 703,
          "waiting": 3,
        },
        {
          "delayMs": 1875,
          "waiting": 8,
        },
        {
          "delayMs": 703,
          "waiting": 3,
        },
        {
          "delayMs": 0,
          "waiting": 0,
        },
      ]
    `);
  });

  it('says nothing of waits that nobody would notice', async () => {
    const told: Pacing[] = [];
    const paced = pace(inner, IOT, { onPacing: (pacing) => told.push(pacing) });
    const sent = Array.from({ length: 5 }, () => paced.publish('t', new Uint8Array(LARGE)));
    await vi.runAllTimersAsync();
    await Promise.all(sent);
    expect(told).toEqual([]);
  });

  it('forgets nothing whose moment comes while it is looked at', async () => {
    // As real ones do, timers fire a little early, and the clock goes on between two statements.
    let timerAt = 0;
    let looks = 0;
    const now = (): number => {
      looks = performance.now() === timerAt ? looks + 1 : 0;
      timerAt = performance.now();
      return timerAt * 0.995 + looks * 0.4;
    };
    const paced = pace(inner, IOT, { now });
    const sent = Array.from({ length: 40 }, () => paced.publish('t', new Uint8Array(LARGE)));
    await vi.runAllTimersAsync();
    await Promise.all(sent);
    expect(left).toHaveLength(40);
  });

  it('counts what comes in', async () => {
    const paced = pace(inner, IOT);
    const other = await broker.connect({ ...OPTIONS, clientId: () => 'other' });
    await inner.subscribe(['in']);
    const received: TransportMessage[] = [];
    const all = new Promise<void>((resolve) => {
      paced.onMessage((message) => received.push(message) === 90 && resolve());
    });
    for (let n = 0; n < 90; n++) await other.publish('in', Uint8Array.of(n));
    await all;
    const sent = Array.from({ length: 20 }, (_, n) => paced.publish('out', Uint8Array.of(n)));
    // A tenth is ours whatever comes in.
    expect(left.length).toBeGreaterThan(5);
    expect(left.length).toBeLessThanOrEqual(10);
    await vi.runAllTimersAsync();
    await Promise.all(sent);
    expect(left).toHaveLength(20);
    await other.close();
  });
});
