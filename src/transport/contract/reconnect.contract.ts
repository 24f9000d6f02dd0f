import { describe, expect, it, vi } from 'vitest';
import type { ContractClients } from './contract-clients.contract.ts';
import { Inbox, States } from './observers.contract.ts';

export function describeReconnect(clients: ContractClients): void {
  describe('a connection that ends', () => {
    it('is renewed with a new client id and will, and its subscriptions, before it says so', async () => {
      const witness = await clients.connect();
      const id = clients.unique('client');
      const clientId = vi.fn((connection: number) => `${id}-${connection}`);
      const will = vi.fn(() => ({ topic: clients.unique('will'), payload: Buffer.of(1), retain: false }));
      const transport = await clients.connect({ clientId, will });
      const topics = Array.from({ length: 10 }, () => clients.unique('topic'));
      await transport.subscribe(topics.slice(0, 5), 0);
      await transport.subscribe(topics.slice(5), 1);
      const inbox = new Inbox(transport);
      const states = new States(transport);
      clients.harness.cut(`${id}-1`);
      await states.until('connected');
      for (const topic of topics) await witness.publish(topic, Buffer.from('x'), { qos: 1 });
      expect((await inbox.take(10)).map(({ topic }) => topic)).toEqual(topics);
      expect(states.seen).toEqual([
        { status: 'connecting', attempt: 1, cause: expect.objectContaining({ code: 'TRANSPORT_LOST' }) },
        { status: 'connected', connection: 2 },
      ]);
      expect(transport.state).toEqual({ status: 'connected', connection: 2 });
      expect(clientId.mock.calls).toEqual([[1], [2]]);
      expect(will.mock.calls).toEqual([[1], [2]]);
    });

    it('delivers what was retained after it has said that it is connected again', async () => {
      const id = clients.unique('client');
      const transport = await clients.connect({ clientId: (n) => `${id}-${n}` });
      const topic = clients.unique('topic');
      await transport.publish(topic, Buffer.from('kept'), { qos: 1, retain: true });
      const inbox = new Inbox(transport);
      await transport.subscribe([topic], 1);
      await inbox.take(1);
      const order: string[] = [];
      transport.onState(({ status }) => order.push(status));
      transport.onMessage(({ retained }) => order.push(retained ? 'retained' : 'live'));
      clients.harness.cut(`${id}-1`);
      await inbox.take(1);
      expect(order).toEqual(['connecting', 'connected', 'retained']);
    });

    it('is tried again, counted from 1, until backoffMs gives up; then it is closed', async () => {
      const id = clients.unique('client');
      const backoffMs = vi.fn((attempt: number) => (attempt < 3 ? 1 : undefined));
      const transport = await clients.connect({ clientId: (n) => `${id}-${n}`, backoffMs });
      const states = new States(transport);
      clients.harness.accept(false);
      clients.harness.cut(`${id}-1`);
      await states.until('closed');
      expect(states.seen).toMatchObject([
        { status: 'connecting', attempt: 1 },
        { status: 'connecting', attempt: 2, cause: { code: 'TRANSPORT_UNREACHABLE' } },
        { status: 'connecting', attempt: 3, cause: { code: 'TRANSPORT_UNREACHABLE' } },
        { status: 'closed' },
      ]);
      expect(backoffMs.mock.calls).toEqual([[1], [2], [3]]);
      await expect(transport.publish('t', Buffer.of(1))).rejects.toMatchObject({
        code: 'TRANSPORT_CLOSED',
      });
    });

    it('rejects what is asked of it until it is renewed', async () => {
      const id = clients.unique('client');
      const transport = await clients.connect({ clientId: (n) => `${id}-${n}` });
      const refused = new Promise<unknown>((resolve) => {
        transport.onState(({ status }) => {
          if (status === 'connecting')
            resolve(Promise.allSettled([transport.publish('t', Buffer.of(1)), transport.subscribe(['t'])]));
        });
      });
      clients.harness.cut(`${id}-1`);
      expect(await refused).toMatchObject([
        { status: 'rejected', reason: { code: 'TRANSPORT_LOST' } },
        { status: 'rejected', reason: { code: 'TRANSPORT_LOST' } },
      ]);
    });

    it('rejects what waits for an acknowledgement', async () => {
      const id = clients.unique('client');
      const transport = await clients.connect({ clientId: (n) => `${id}-${n}` });
      clients.harness.freeze(`${id}-1`);
      const waiting = Promise.allSettled([
        transport.publish('t', Buffer.of(1), { qos: 1 }),
        transport.subscribe(['t']),
        transport.probe(60_000),
      ]);
      clients.harness.cut(`${id}-1`);
      expect(await waiting).toMatchObject([
        { status: 'rejected', reason: { code: 'TRANSPORT_LOST' } },
        { status: 'rejected', reason: { code: 'TRANSPORT_LOST' } },
        { status: 'fulfilled', value: false },
      ]);
    });

    it('because another took its client id is renewed with its next one', async () => {
      const id = clients.unique('client');
      const first = await clients.connect({ clientId: (n) => `${id}-${n}` });
      const states = new States(first);
      const second = await clients.connect({ clientId: () => `${id}-1` });
      await states.until('connected');
      expect(states.seen).toMatchObject([{ status: 'connecting' }, { status: 'connected', connection: 2 }]);
      expect(second.state).toEqual({ status: 'connected', connection: 1 });
    });
  });

  describe('a probe', () => {
    it('is true while the broker answers, several at once as well', async () => {
      const transport = await clients.connect();
      expect(await Promise.all(Array.from({ length: 20 }, () => transport.probe(60_000)))).toEqual(
        Array.from({ length: 20 }, () => true),
      );
    });

    it('is false on a frozen connection, which is then dropped and renewed', async () => {
      const id = clients.unique('client');
      const transport = await clients.connect({ clientId: (n) => `${id}-${n}` });
      const states = new States(transport);
      clients.harness.freeze(`${id}-1`);
      expect(await transport.probe(20)).toBe(false);
      await states.until('connected');
      expect(await transport.probe(60_000)).toBe(true);
      expect(states.seen).toMatchObject([{ status: 'connecting' }, { status: 'connected', connection: 2 }]);
    });

    it('makes the connection fresh, which grows old until then', async () => {
      const transport = await clients.connect();
      const connectedAt = performance.now();
      await new Promise((resolve) => setImmediate(resolve));
      const quiet = performance.now() - connectedAt;
      expect(transport.idleMs()).toBeGreaterThanOrEqual(quiet);
      const before = performance.now();
      await transport.probe(60_000);
      expect(transport.idleMs()).toBeLessThanOrEqual(performance.now() - before);
    });
  });
}
