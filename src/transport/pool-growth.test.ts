import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QUOTA_PROFILES } from '../protocol/quota-profile.ts';
import { MemoryBroker } from './memory.ts';
import { connectSharded, type ShardedOptions } from './sharded-transport.ts';
import { describeTransport } from './transport.contract.ts';
import type { Transport } from './transport.ts';

const IOT = QUOTA_PROFILES['iot-core'];
const LARGE = 120 * 1024;

describeTransport('a pool of connections with quotas', async () => {
  const broker = new MemoryBroker();
  const absent = new MemoryBroker();
  absent.mode = 'absent';
  const silent = new MemoryBroker();
  silent.mode = 'silent';
  const pool = { profile: IOT };
  return {
    connect: (options) => connectSharded((one) => broker.connect(one), options, pool),
    connectToNothing: (options) => connectSharded((one) => absent.connect(one), options, pool),
    connectToSilence: (options) => connectSharded((one) => silent.connect(one), options, pool),
    cut: (clientId) => broker.drop(clientId),
    freeze: (clientId) => broker.freeze(clientId),
    accept: (accepting) => {
      broker.mode = accepting ? 'answers' : 'absent';
    },
    close: async () => undefined,
  };
});

describe('a pool', () => {
  let broker: MemoryBroker;
  let transport: Transport | undefined;
  let clients: number;
  /** The client that each publish left by. */
  let left: { readonly client: string; readonly topic: string }[];

  beforeEach(() => {
    vi.useFakeTimers();
    broker = new MemoryBroker();
    clients = 0;
    left = [];
  });

  afterEach(async () => {
    await transport?.close();
    expect(broker.clientIds).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  async function start(options: ShardedOptions = { profile: IOT }): Promise<Transport> {
    transport = await connectSharded(
      async (one) => {
        const connection = await broker.connect(one);
        const client = `client-${clients - 1}`;
        const publish = connection.publish.bind(connection);
        connection.publish = (topic, payload, how) => {
          left.push({ client, topic });
          return publish(topic, payload, how);
        };
        return connection;
      },
      {
        clientId: () => `client-${clients++}`,
        will: () => ({ topic: 'will', payload: Uint8Array.of(1), retain: false }),
        keepAliveSeconds: 60,
        connectTimeoutMs: 1_000,
        backoffMs: () => 5,
      },
      options,
    );
    return transport;
  }

  function publishLarge(count: number): Promise<unknown> {
    return Promise.all(
      Array.from({ length: count }, (_, n) => transport?.publish(`large/${n}`, new Uint8Array(LARGE))),
    );
  }

  it('spreads a large body over four connections, and sends each piece once', async () => {
    await start();
    const began = performance.now();
    const all = publishLarge(40);
    await vi.advanceTimersByTimeAsync(2_500);
    await all;
    const perClient = ['client-0', 'client-1', 'client-2', 'client-3'].map(
      (client) => left.filter((one) => one.client === client).length,
    );
    expect(perClient.reduce((sum, count) => sum + count)).toBe(40);
    for (const count of perClient) expect(count).toBeGreaterThanOrEqual(8);
    expect(new Set(left.map(({ topic }) => topic)).size).toBe(40);
    // One connection would take more than eight seconds.
    expect(performance.now() - began).toBeLessThanOrEqual(2_500);
  });

  it('is one connection while that is enough', async () => {
    await start();
    await publishLarge(3);
    for (let n = 0; n < 80; n++) await transport?.publish('small', Uint8Array.of(n));
    expect(broker.clientIds).toEqual(['client-0']);
  });

  it('sends what is retained or acknowledged over the control connection', async () => {
    await start();
    const all = publishLarge(30);
    await vi.advanceTimersByTimeAsync(100);
    await transport?.publish('state', Uint8Array.of(1), { qos: 1, retain: true });
    await transport?.publish('presence', Uint8Array.of(1), { retain: true });
    await vi.advanceTimersByTimeAsync(10_000);
    await all;
    expect(left.filter(({ topic }) => !topic.startsWith('large'))).toEqual([
      { client: 'client-0', topic: 'state' },
      { client: 'client-0', topic: 'presence' },
    ]);
  });

  it('gives connections back that were idle for a minute, but none that hears something', async () => {
    await start({ profile: IOT, subscriptionsPerConnection: 1 });
    await transport?.subscribe(['a', 'b']);
    const all = publishLarge(40);
    await vi.advanceTimersByTimeAsync(5_000);
    await all;
    expect([...broker.clientIds].sort()).toEqual(['client-0', 'client-1', 'client-2', 'client-3']);
    await vi.advanceTimersByTimeAsync(130_000);
    expect([...broker.clientIds].sort()).toEqual(['client-0', 'client-1']);
  });

  it('goes on with what it has when no further connection can be made', async () => {
    await start();
    broker.mode = 'absent';
    const all = publishLarge(10);
    await vi.advanceTimersByTimeAsync(5_000);
    await all;
    expect(new Set(left.map(({ client }) => client))).toEqual(new Set(['client-0']));
  });

  it('says nothing when a connection that only publishes is renewed, and uses the others meanwhile', async () => {
    await start();
    const states: string[] = [];
    transport?.onState(({ status }) => states.push(status));
    const first = publishLarge(20);
    await vi.advanceTimersByTimeAsync(3_000);
    await first;
    broker.mode = 'absent';
    broker.drop('client-1');
    await vi.advanceTimersByTimeAsync(0);
    const second = publishLarge(20);
    await vi.advanceTimersByTimeAsync(10_000);
    await second;
    broker.mode = 'answers';
    await vi.advanceTimersByTimeAsync(100);
    expect(states).toEqual([]);
    expect(transport?.state.status).toBe('connected');
  });

  it('hears by the control connection as long as it can: others come and go without anybody having to know', async () => {
    await start({ profile: IOT, subscriptionsPerConnection: 1 });
    const all = publishLarge(40);
    await vi.advanceTimersByTimeAsync(5_000);
    await all;
    const states: string[] = [];
    transport?.onState(({ status }) => states.push(status));
    // Small ones take the control connection: the others have less to do.
    for (let n = 0; n < 9; n++) await transport?.publish('t', Uint8Array.of(n));
    await transport?.subscribe(['first']);
    broker.drop('client-1');
    await vi.advanceTimersByTimeAsync(100);
    expect(states).toEqual([]);
    await transport?.subscribe(['second']);
    for (const client of broker.clientIds) if (client !== 'client-0') broker.drop(client);
    await vi.advanceTimersByTimeAsync(100);
    expect(states).toEqual(['connecting', 'connected']);
    expect(transport?.controlState).toEqual({ status: 'connected', connection: 1 });
  });

  it('that is closed while it grows leaves nothing', async () => {
    await start();
    broker.mode = 'silent';
    const all = Promise.allSettled(
      Array.from({ length: 30 }, () => transport?.publish('large', new Uint8Array(LARGE))),
    );
    await vi.advanceTimersByTimeAsync(10);
    await transport?.close();
    expect((await all).at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'TRANSPORT_CLOSED' } });
  });
});
