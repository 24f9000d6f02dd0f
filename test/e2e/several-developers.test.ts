import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Broker, startBroker } from '../../src/emulator/broker/broker.ts';
import { DropCounter } from '../../src/protocol/drops.ts';
import { IOT_CORE } from '../../src/protocol/limits.ts';
import { decodePresence, decodeSessionState } from '../../src/protocol/presence.ts';
import { inTopic, presenceTopic, sessionTopic } from '../../src/protocol/topics.ts';
import { MemoryBroker } from '../../src/transport/memory.ts';
import { connectPacket } from '../../src/transport/mqtt/packet-transport.ts';
import { connectSharded } from '../../src/transport/sharded-transport.ts';
import type { ConnectOptions, Transport } from '../../src/transport/transport.ts';
import { type Counted, counted, ofOffers } from '../support/counted-transport.ts';
import {
  arnOf,
  type Network,
  read,
  type TestSession,
  type TestSessionOptions,
  Tunnel,
} from '../support/tunnel.ts';

let tunnel: Tunnel;
let network: Network & { close(): Promise<void> };
let brokerDrops: DropCounter;
let clients: Transport[];

async function overMemory(): Promise<typeof network> {
  const broker = new MemoryBroker();
  return {
    connect: (options) => broker.connect(options),
    retained: async (topic) => broker.retained(topic),
    close: async () => undefined,
  };
}

async function overMqtt(): Promise<typeof network> {
  const broker = await startBroker({ host: '127.0.0.1', port: 0, drops: brokerDrops });
  return {
    connect: (options) => connectPacket({ ...options, url: broker.url }),
    retained: (topic) => broker.retained(topic),
    close: () => broker.close(),
  };
}

/** Dozens of stubs connect at once, on whatever machine this is: none may give up because of that. */
const PATIENT = {
  presenceMs: 4_000,
  connectMs: 4_000,
  checkMs: 4_000,
  claimTimeoutMs: 4_000,
  // An offer that is sent twice would count twice.
  offerAgainMs: 4_000,
  beatIntervalMs: 1_500,
};

const names = (count: number, prefix: string) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

/** Who answers each function. */
async function answers(functions: readonly string[], options: Parameters<Tunnel['invoke']>[1] = {}) {
  return await Promise.all(
    functions.map(async (functionName) => read(await tunnel.invoke({}, { ...options, functionName }))),
  );
}

function notices({ events }: TestSession): readonly string[] {
  return events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
}

function held({ events }: TestSession): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'function' && event.state.status === 'held'
      ? [`${event.name} by ${event.state.sessionId}`]
      : [],
  );
}

async function startCounted(
  who: string,
  options: TestSessionOptions,
): Promise<TestSession & { readonly counts: Counted }> {
  let counts: Counted | undefined;
  const session = await tunnel.startSession(async () => who, {
    ...options,
    connect: async (connecting: ConnectOptions) => {
      counts = counted(await network.connect(connecting));
      return counts.transport;
    },
  });
  if (counts === undefined) throw new Error('expected a session to connect');
  return { ...session, counts };
}

/** A client of its own, which counts every offer on the broker. */
async function watchOffers(): Promise<Counted> {
  const watcher = counted(
    await network.connect({ clientId: () => 'watcher', keepAliveSeconds: 60, connectTimeoutMs: 5_000 }),
  );
  clients.push(watcher.transport);
  await watcher.transport.subscribe(['llx/v1/+/in/+']);
  return watcher;
}

beforeEach(() => {
  brokerDrops = new DropCounter();
  clients = [];
});

afterEach(async () => {
  await tunnel.close();
  await Promise.all(clients.map((client) => client.close()));
  await network.close();
});

describe.each([
  ['in memory', overMemory],
  ['over MQTT', overMqtt],
])('several developers %s', (_name, startNetwork) => {
  beforeEach(async () => {
    network = await startNetwork();
    tunnel = new Tunnel({ network, timing: PATIENT });
  });

  test('a session is sent the offers of its functions and nothing else: the broker filters', async () => {
    const watcher = await watchOffers();
    const ada = await startCounted('ada', { functions: ['a', 'b'] });
    const bob = await startCounted('bob', { functions: ['c', 'd'] });
    expect(await answers(['a', 'b', 'c', 'd', 'd', 'deployed'])).toEqual([
      'ada',
      'ada',
      'bob',
      'bob',
      'bob',
      'deployed',
    ]);
    const expected = (session: TestSession, counts: Readonly<Record<string, number>>) =>
      Object.fromEntries(
        Object.entries(counts).map(([name, count]) => [inTopic(arnOf(name), session.session.id), count]),
      );
    const toAda = expected(ada, { a: 1, b: 1 });
    const toBob = expected(bob, { c: 1, d: 2 });
    expect(ofOffers(ada.counts.received)).toEqual(toAda);
    expect(ofOffers(bob.counts.received)).toEqual(toBob);
    await expect.poll(() => ofOffers(watcher.received)).toEqual({ ...toAda, ...toBob });
    expect([...ada.counts.subscribed].sort()).toEqual(
      [
        sessionTopic(ada.session.id),
        ...['a', 'b'].flatMap((name) => [
          inTopic(arnOf(name), ada.session.id),
          presenceTopic(arnOf(name), 'default'),
        ]),
      ].sort(),
    );
  });

  test('of functions that another session holds, a second one is told who, and serves the others', async () => {
    const ada = await startCounted('ada', { functions: ['shared', 'a'] });
    const bob = await startCounted('bob', { functions: ['shared', 'b'] });
    expect(held(bob)).toEqual([`shared by ${ada.session.id}`]);
    expect(await answers(['shared', 'a', 'b'])).toEqual(['ada', 'ada', 'bob']);
    expect(Object.keys(ofOffers(bob.counts.received))).toEqual([inTopic(arnOf('b'), bob.session.id)]);
  });

  test('a takeover of many functions is one line for who loses them, and the next invocations go to the other', async () => {
    const functions = names(20, 'f');
    const ada = await startCounted('ada', { functions: [...functions, 'mine'] });
    const bob = await startCounted('bob', { functions, takeover: true });
    await expect.poll(() => notices(ada)).toHaveLength(1);
    expect(notices(ada)).toEqual([
      `The lane default of 20 functions: f-0, f-1, f-10, f-11, f-12 and 15 more was taken by session ${bob.session.id}.`,
    ]);
    // Until a stub has heard of it, the one that lost the lane refuses, and the deployed handler runs.
    await expect.poll(() => answers([...functions, 'mine'])).toEqual([...functions.map(() => 'bob'), 'ada']);
    // Taken back, by asking for one function at a time.
    await ada.session.serve('f-0', true);
    expect(held(ada).filter((line) => line === `f-0 by ${bob.session.id}`)).toHaveLength(2);
    await bob.session.close();
    await ada.session.serve('f-0', true);
    await expect.poll(() => answers(['f-0', 'f-1'])).toEqual(['ada', 'deployed']);
  });

  test('lanes of one function are different developers, and a lane without one is the deployed handler', async () => {
    await startCounted('everybody', { functions: ['f'] });
    await startCounted('alice', { functions: ['f'], lane: 'alice' });
    const inLane = (lane: string) => answers(['f'], { clientContext: { custom: { 'x-llx-lane': lane } } });
    expect(await answers(['f'])).toEqual(['everybody']);
    expect(await inLane('alice')).toEqual(['alice']);
    expect(await inLane('bob')).toEqual(['deployed']);
  });

  test('a session that leaves leaves nothing on the broker, and the deployed handlers run', async () => {
    const ada = await startCounted('ada', { functions: ['a'] });
    expect(await answers(['a'])).toEqual(['ada']);
    await ada.session.close();
    expect(await network.retained(sessionTopic(ada.session.id))).toBeUndefined();
    const presence = await network.retained(presenceTopic(arnOf('a'), 'default'));
    expect(presence && decodePresence(presence)).toEqual({ sessionId: null });
    expect(await answers(['a'])).toEqual(['deployed']);
  });
});

test('two sessions with 60 functions each subscribe over several connections, and each answers its own', async () => {
  network = await overMqtt();
  tunnel = new Tunnel({ network, timing: PATIENT });
  const opened: Counted[] = [];
  const connect = (options: ConnectOptions) =>
    connectSharded(async (connecting) => {
      const connection = counted(await network.connect(connecting));
      opened.push(connection);
      return connection.transport;
    }, options);
  const functionsOf = { ada: names(60, 'a'), bob: names(60, 'b') };
  await tunnel.startSession(async () => 'ada', { functions: functionsOf.ada, connect });
  await tunnel.startSession(async () => 'bob', { functions: functionsOf.bob, connect });
  expect(await answers(functionsOf.ada)).toEqual(functionsOf.ada.map(() => 'ada'));
  expect(await answers(functionsOf.bob)).toEqual(functionsOf.bob.map(() => 'bob'));
  for (const { subscribed } of opened)
    expect(subscribed.size).toBeLessThanOrEqual(IOT_CORE.subscriptionsPerConnection);
  // 121 subscriptions of each do not fit into fewer.
  expect(opened.length).toBeGreaterThanOrEqual(6);
  expect(brokerDrops.counts()).toEqual({});
});

test('a broker that forgot everything learns it again: presence, state and lanes, from a new client id', async () => {
  let broker: Broker = await startBroker({ host: '127.0.0.1', port: 0, drops: brokerDrops });
  const clientIds: string[] = [];
  network = {
    connect: (options) =>
      connectPacket({
        ...options,
        url: broker.url,
        clientId: (connection) => {
          const id = options.clientId(connection);
          clientIds.push(id);
          return id;
        },
      }),
    retained: (topic) => broker.retained(topic),
    close: () => broker.close(),
  };
  tunnel = new Tunnel({ network, timing: PATIENT });
  const { session, events } = await tunnel.startSession(async () => 'ada', { functions: ['a', 'b'] });
  const before = clientIds.length;
  const { port } = broker;
  await broker.close();
  broker = await startBroker({ host: '127.0.0.1', port, drops: brokerDrops });
  await expect
    .poll(async () => {
      const state = await broker.retained(sessionTopic(session.id));
      return state && decodeSessionState(state);
    })
    .toEqual({ state: 'online', connection: 2 });
  await expect
    .poll(async () => {
      const presence = await broker.retained(presenceTopic(arnOf('b'), 'default'));
      return presence && decodePresence(presence);
    })
    .toMatchObject({ sessionId: session.id });
  await expect.poll(() => answers(['a', 'b'])).toEqual(['ada', 'ada']);
  const ofSession = clientIds.filter((id) => id.startsWith('llx-session-'));
  expect(ofSession.length).toBeGreaterThan(1);
  expect(clientIds.length).toBeGreaterThan(before);
  expect(new Set(clientIds).size).toBe(clientIds.length);
  expect(events.filter((event) => event.type === 'connection').at(-1)).toEqual({
    type: 'connection',
    state: { status: 'connected', connection: 2 },
  });
});
