import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { parseFrame } from '../../src/protocol/frame.ts';
import type { Kind } from '../../src/protocol/message.ts';
import type { MemoryDelivery } from '../../src/transport/memory.ts';
import { ARN, read, type TestSession, Tunnel } from '../support/tunnel.ts';

let tunnel: Tunnel;
afterEach(() => tunnel.close());

function kindOf({ payload }: MemoryDelivery): Kind | undefined {
  const frame = parseFrame(payload);
  return typeof frame === 'string' ? undefined : frame.kind;
}

/** Loses the first so many deliveries of a kind. */
function lose(kind: Kind, times: number): (delivery: MemoryDelivery) => readonly MemoryDelivery[] {
  let left = times;
  return (delivery) => {
    if (kindOf(delivery) !== kind || left === 0) return [delivery];
    left -= 1;
    return [];
  };
}

/** Resolves when it is told to. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** Opens when the first of a kind is delivered. */
function seen(kind: Kind): {
  readonly opened: Promise<void>;
  readonly tamper: (delivery: MemoryDelivery) => readonly MemoryDelivery[];
} {
  const { opened, open } = gate();
  return {
    opened,
    tamper: (delivery) => {
      if (kindOf(delivery) === kind) open();
      return [delivery];
    },
  };
}

/** What the session last said of its function. */
function statusOf({ events }: TestSession): string | undefined {
  const states = events.flatMap((event) => (event.type === 'function' ? [event.state.status] : []));
  return states.at(-1);
}

const slow = (ms: number) => async (event: unknown) => {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return event;
};

describe('one invocation between a stub and a session', () => {
  test('costs two messages when the handler is fast', async () => {
    const kinds: (Kind | undefined)[] = [];
    tunnel = new Tunnel({
      tamper: (delivery) => {
        kinds.push(kindOf(delivery));
        return [delivery];
      },
    });
    await tunnel.startSession(async (event) => event);
    expect(read(await tunnel.invoke({ n: 1 }))).toEqual({ n: 1 });
    expect(kinds.filter((kind) => kind !== undefined)).toEqual(['offer', 'result']);
  });

  test('prints the lines of the laptop, and gives the handler’s error', async () => {
    tunnel = new Tunnel();
    await tunnel.startSession(async (_event, request) => {
      request.onLog?.({ stream: 'stdout', text: 'one' });
      request.onLog?.({ stream: 'stderr', text: 'two\nlines' });
      throw Object.assign(new Error('no'), { name: 'Refused' });
    });
    expect(read(await tunnel.invoke({}))).toEqual({
      failed: 'Refused',
      errorType: 'Refused',
      errorMessage: 'no',
      trace: [],
    });
    expect(tunnel.printed).toEqual(['one', 'two\nlines']);
  });

  test('a stream whose taker hangs ends with its caller', async () => {
    tunnel = new Tunnel();
    await tunnel.startSession(async (_event, request) => {
      await request.onChunk?.(new Uint8Array(10));
      return null;
    });
    const caller = new AbortController();
    let taken = (): void => undefined;
    const beganToTake = new Promise<void>((resolve) => {
      taken = resolve;
    });
    const outcome = tunnel.invoke({}, { signal: caller.signal, onChunk: () => new Promise(() => taken()) });
    await beganToTake;
    // Long enough for the end of the stream to be there.
    await new Promise((resolve) => setTimeout(resolve, 100));
    caller.abort();
    expect(read(await outcome)).toMatchObject({ failed: 'Sandbox.Timedout' });
  });

  test('streams with backpressure', async () => {
    tunnel = new Tunnel();
    const sent = randomBytes(5 * 1024 * 1024);
    await tunnel.startSession(async (_event, request) => {
      for (let start = 0; start < sent.length; start += 300_000) {
        await request.onChunk?.(sent.subarray(start, start + 300_000));
      }
      return null;
    });
    const chunks: Uint8Array[] = [];
    const outcome = await tunnel.invoke({}, { onChunk: async (chunk) => void chunks.push(chunk) });
    expect(outcome).toEqual({ type: 'streamed', run: {} });
    expect(Buffer.concat(chunks).equals(sent)).toBe(true);
  });
});

describe('a broker that loses messages', () => {
  test.each([
    ['an offer', 'offer', 2],
    ['an answer', 'result', 1],
    ['the claim', 'claim', 1],
    ['a beat', 'beat', 1],
  ] as const)('%s: the answer comes all the same', async (_name, kind, times) => {
    tunnel = new Tunnel({ tamper: lose(kind, times) });
    const runs: unknown[] = [];
    await tunnel.startSession(async (event) => {
      runs.push(event);
      return await slow(kind === 'beat' || kind === 'claim' ? 150 : 0)(event);
    });
    expect(read(await tunnel.invoke({ n: 1 }))).toEqual({ n: 1 });
    expect(runs).toEqual([{ n: 1 }]);
  });

  test('frames of a large event and of a large answer are asked for again', async () => {
    let seen = 0;
    tunnel = new Tunnel({
      // Every fifth frame of what is large, each once.
      tamper: (delivery) => (delivery.payload.byteLength > 50_000 && ++seen % 5 === 0 ? [] : [delivery]),
    });
    await tunnel.startSession(async (event) => event);
    const event = { text: randomBytes(1024 * 1024).toString('base64') };
    expect(read(await tunnel.invoke(event))).toEqual(event);
    expect(seen).toBeGreaterThan(20);
  });

  test('pieces of a stream are asked for again', async () => {
    let chunks = 0;
    tunnel = new Tunnel({
      tamper: (delivery) => (kindOf(delivery) === 'chunk' && ++chunks % 4 === 0 ? [] : [delivery]),
    });
    const sent = randomBytes(2 * 1024 * 1024);
    await tunnel.startSession(async (_event, request) => {
      await request.onChunk?.(sent);
      return null;
    });
    const received: Uint8Array[] = [];
    await tunnel.invoke({}, { onChunk: async (chunk) => void received.push(chunk) });
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  test('all pieces that a session may send ahead: they are asked for, though no later one shows the gap', async () => {
    let chunks = 0;
    tunnel = new Tunnel({
      tamper: (delivery) => (kindOf(delivery) === 'chunk' && ++chunks <= 11 ? [] : [delivery]),
    });
    const sent = randomBytes(3 * 1024 * 1024);
    await tunnel.startSession(async (_event, request) => {
      await request.onChunk?.(sent);
      return null;
    });
    const received: Uint8Array[] = [];
    const outcome = await tunnel.invoke({}, { onChunk: async (chunk) => void received.push(chunk) });
    expect(outcome.type).toBe('streamed');
    expect(Buffer.concat(received).equals(sent)).toBe(true);
  });

  test('every claim, beat and answer: the invocation is lost, and says so', async () => {
    tunnel = new Tunnel({
      tamper: (delivery) => (['beat', 'result'].includes(kindOf(delivery) ?? '') ? [] : [delivery]),
    });
    await tunnel.startSession(slow(100));
    expect(read(await tunnel.invoke({}))).toMatchObject({ failed: 'Llx.SessionLost' });
  });
});

describe('a broker that duplicates, delays and reorders', () => {
  test('each of 200 invocations runs once and gets its own answer', async () => {
    tunnel = new Tunnel({
      // All at once, on whatever machine this is: nobody may be too late.
      timing: { claimTimeoutMs: 4_000, presenceMs: 4_000 },
      tamper: async (delivery) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
        return Math.random() < 0.5 ? [delivery] : [delivery, delivery];
      },
    });
    const ran = new Map<number, number>();
    await tunnel.startSession(async (event) => {
      const { n } = event as { n: number };
      ran.set(n, (ran.get(n) ?? 0) + 1);
      return { n, twice: n * 2 };
    });
    const numbers = Array.from({ length: 200 }, (_, n) => n);
    const answers = await Promise.all(numbers.map(async (n) => read(await tunnel.invoke({ n }))));
    expect(answers).toEqual(numbers.map((n) => ({ n, twice: n * 2 })));
    expect([...ran.values()]).toEqual(numbers.map(() => 1));
  });

  test('a large event in shuffled, doubled frames arrives whole', async () => {
    tunnel = new Tunnel({
      timing: { claimTimeoutMs: 4_000, presenceMs: 4_000 },
      tamper: async (delivery) => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
        return [delivery, delivery];
      },
    });
    await tunnel.startSession(async (event) => event);
    const event = { text: randomBytes(700_000).toString('base64'), odd: '\u2028\ud83d\ude00漢' };
    expect(read(await tunnel.invoke(event))).toEqual(event);
  });
});

describe('a session that goes', () => {
  test('dies before the claim: the deployed handler runs', async () => {
    tunnel = new Tunnel({ tamper: lose('offer', 1_000), timing: { claimTimeoutMs: 2_000 } });
    await tunnel.startSession(async () => 'local');
    await tunnel.stub.prepare();
    const answer = tunnel.invoke({});
    tunnel.broker.mode = 'absent';
    await new Promise((resolve) => setImmediate(resolve));
    tunnel.broker.drop(tunnel.clientOf('session'));
    expect(read(await answer)).toBe('deployed');
  });

  test('is silent before the claim: nothing ran, and the caller may retry', async () => {
    tunnel = new Tunnel({ tamper: lose('offer', 1_000) });
    const runs: unknown[] = [];
    await tunnel.startSession(async (event) => runs.push(event));
    expect(read(await tunnel.invoke({}))).toMatchObject({ failed: 'Llx.Unclaimed' });
    expect(runs).toEqual([]);
  });

  test('dies after the claim: the caller is told, and the deployed handler does not run', async () => {
    const claim = seen('claim');
    tunnel = new Tunnel(claim);
    await tunnel.startSession(() => new Promise(() => undefined));
    const answer = tunnel.invoke({});
    await claim.opened;
    tunnel.broker.mode = 'absent';
    tunnel.broker.drop(tunnel.clientOf('session'));
    expect(read(await answer)).toMatchObject({ failed: 'Llx.SessionLost' });
  });

  test('loses its connection in mid-invocation and comes back: the answer still arrives', async () => {
    const claim = seen('claim');
    tunnel = new Tunnel(claim);
    const finish = gate();
    const { events } = await tunnel.startSession(async () => {
      await finish.opened;
      return 'local';
    });
    const answer = tunnel.invoke({});
    await claim.opened;
    tunnel.broker.drop(tunnel.clientOf('session'));
    await expect
      .poll(() => events.findLast(({ type }) => type === 'connection'))
      .toEqual({ type: 'connection', state: { status: 'connected', connection: 2 } });
    finish.open();
    expect(read(await answer)).toBe('local');
  });

  test('quits in mid-invocation: the caller is told at once, and the next one gets the deployed handler', async () => {
    tunnel = new Tunnel();
    const running = gate();
    const { session } = await tunnel.startSession(async () => {
      running.open();
      await new Promise(() => undefined);
    });
    const answer = tunnel.invoke({});
    await running.opened;
    await session.close();
    expect(read(await answer)).toMatchObject({ failed: 'Llx.Cancelled' });
    expect(read(await tunnel.invoke({}))).toBe('deployed');
  });
});

describe('an offer', () => {
  test('that is complete only after its withdraw does not run', async () => {
    let held: ((deliveries: readonly MemoryDelivery[]) => void) | undefined;
    tunnel = new Tunnel({
      // The offer hangs in the broker until the stub has given up.
      tamper: (delivery) => {
        if (kindOf(delivery) !== 'offer') return [delivery];
        return new Promise((resolve) => {
          const before = held;
          held = (deliveries) => {
            before?.([]);
            resolve(deliveries);
          };
          late = delivery;
        });
      },
    });
    let late: MemoryDelivery | undefined;
    const runs: unknown[] = [];
    const { drops } = await tunnel.startSession(async (event) => runs.push(event));
    expect(read(await tunnel.invoke({}))).toMatchObject({ failed: 'Llx.Unclaimed' });
    if (late === undefined) throw new Error('expected an offer');
    held?.([late]);
    await expect.poll(() => drops.count('invocation-ended')).toBe(1);
    expect(runs).toEqual([]);
  });
});

describe('a stub', () => {
  test('that names a new lane over a connection that has died runs the deployed handler, within a bound', async () => {
    tunnel = new Tunnel();
    await tunnel.stub.prepare();
    tunnel.broker.freeze(tunnel.clientOf('stub'));
    expect(read(await tunnel.invoke({ headers: { 'x-llx-lane': 'alice' } }))).toBe('deployed');
  });

  test('that loses its connection in mid-invocation asks for the answer when it is back', async () => {
    tunnel = new Tunnel();
    const running = gate();
    const finish = gate();
    await tunnel.startSession(async () => {
      running.open();
      await finish.opened;
      return 'local';
    });
    const answer = tunnel.invoke({});
    await running.opened;
    tunnel.broker.drop(tunnel.clientOf('stub'));
    finish.open();
    expect(read(await answer)).toBe('local');
  });

  test('without a broker runs the deployed handler, and is heard again when there is one', async () => {
    tunnel = new Tunnel();
    tunnel.broker.mode = 'absent';
    expect(read(await tunnel.invoke({}))).toBe('deployed');
    tunnel.broker.mode = 'answers';
    await tunnel.startSession(async () => 'local');
    await expect.poll(async () => read(await tunnel.invoke({}))).toBe('local');
  });

  test('that gives up stops the handler', async () => {
    tunnel = new Tunnel();
    const running = gate();
    const stopped = gate();
    await tunnel.startSession(async (_event, request) => {
      request.signal?.addEventListener('abort', () => stopped.open());
      running.open();
      await new Promise(() => undefined);
    });
    const abort = new AbortController();
    const answer = tunnel.invoke({}, { signal: abort.signal });
    await running.opened;
    abort.abort();
    expect(read(await answer)).toMatchObject({ failed: 'Sandbox.Timedout' });
    await stopped.opened;
  });
});

describe('several sessions', () => {
  test('that take a lane at the same moment are told apart: one serves, the other knows it', async () => {
    tunnel = new Tunnel();
    const [a, b] = await Promise.all([
      tunnel.startSession(async () => 'a'),
      tunnel.startSession(async () => 'b'),
    ]);
    await expect.poll(() => [statusOf(a), statusOf(b)].sort()).toEqual(['held', 'serving']);
    expect(read(await tunnel.invoke({}))).toBe(statusOf(a) === 'serving' ? 'a' : 'b');
  });

  test('one that takes the lane while the other is cut off keeps it, and the other is told when it is back', async () => {
    tunnel = new Tunnel();
    const first = await tunnel.startSession(async () => 'first');
    tunnel.broker.mode = 'absent';
    tunnel.broker.drop(tunnel.clientOf('session'));
    tunnel.broker.mode = 'answers';
    const second = await tunnel.startSession(async () => 'second', { takeover: true });
    await expect.poll(() => [statusOf(first), statusOf(second)]).toEqual(['held', 'serving']);
    expect(read(await tunnel.invoke({}))).toBe('second');
    await first.session.close();
    expect(read(await tunnel.invoke({}))).toBe('second');
  });

  test('a broker that has forgotten everything is told again who holds the lane', async () => {
    tunnel = new Tunnel();
    const { session } = await tunnel.startSession(async () => 'local');
    const other = await tunnel.broker.connect({
      clientId: () => 'other',
      keepAliveSeconds: 30,
      connectTimeoutMs: 100,
    });
    tunnel.broker.mode = 'absent';
    tunnel.broker.drop(tunnel.clientOf('session'));
    const retained = { qos: 1, retain: true } as const;
    await other.publish(`llx/v1/${ARN}/presence/default`, new Uint8Array(), retained);
    await other.publish(`llx/v1/sessions/${session.id}`, new Uint8Array(), retained);
    tunnel.broker.mode = 'answers';
    await expect.poll(async () => read(await tunnel.invoke({}))).toBe('local');
    await other.close();
  });

  test('that quit leave nothing retained but the word that nobody is there', async () => {
    tunnel = new Tunnel();
    for (let round = 0; round < 3; round++) {
      const { session } = await tunnel.startSession(async () => 'local');
      await session.close();
      expect(tunnel.broker.retained(`llx/v1/sessions/${session.id}`)).toBeUndefined();
    }
    const presence = tunnel.broker.retained(`llx/v1/${ARN}/presence/default`);
    expect(Buffer.from(presence ?? []).toString()).toBe('{"sessionId":null}');
  });
});

describe('what others send', () => {
  test('garbage, altered, foreign and replayed frames run nothing, and every one is counted', async () => {
    const offers: Uint8Array[] = [];
    let inTopic = '';
    tunnel = new Tunnel({
      tamper: (delivery) => {
        if (kindOf(delivery) === 'offer') {
          offers.push(delivery.payload);
          inTopic = delivery.topic;
        }
        return [delivery];
      },
    });
    const runs: unknown[] = [];
    const { drops } = await tunnel.startSession(async (event) => runs.push(event));
    await tunnel.invoke({ n: 1 });
    const [offer] = offers;
    if (offer === undefined) throw new Error('expected an offer to have passed');

    const altered = Buffer.from(offer);
    altered[altered.length - 1] = (altered[altered.length - 1] ?? 0) ^ 1;
    const attacker = await tunnel.broker.connect({
      clientId: () => 'attacker',
      keepAliveSeconds: 30,
      connectTimeoutMs: 100,
    });
    for (const frame of [randomBytes(500), offer.subarray(0, 50), altered, offer])
      await attacker.publish(inTopic, frame);
    await attacker.publish(inTopic.replace(ARN, `${ARN}-other`), offer);
    await expect.poll(() => drops.total).toBe(4);
    expect(runs).toEqual([{ n: 1 }]);
    expect(drops.counts()).toMatchObject({ 'seal-broken': 1, 'message-duplicate': 1 });
    expect(read(await tunnel.invoke({ n: 2 }))).toBe(2);
    await attacker.close();
  });

  test('the late will of an earlier connection does not end a session', async () => {
    tunnel = new Tunnel();
    const { session } = await tunnel.startSession(async () => 'local');
    await tunnel.stub.prepare();
    tunnel.broker.drop(tunnel.clientOf('session'));
    await expect.poll(() => tunnel.clientOf('session')).not.toBe('');
    const late = await tunnel.broker.connect({
      clientId: () => 'late',
      keepAliveSeconds: 30,
      connectTimeoutMs: 100,
    });
    await late.publish(
      `llx/v1/sessions/${session.id}`,
      Buffer.from(JSON.stringify({ state: 'offline', connection: 1 })),
      { qos: 1, retain: true },
    );
    await expect.poll(async () => read(await tunnel.invoke({}))).toBe('local');
    await late.close();
  });
});
