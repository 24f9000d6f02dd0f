import { describe, expect, it, vi } from 'vitest';
import { FRAME_BYTES } from '../../protocol/limits.ts';
import type { ConnectOptions } from '../transport.ts';
import type { ContractClients } from './contract-clients.contract.ts';
import { Inbox, States } from './observers.contract.ts';

export function describeMessages(clients: ContractClients): void {
  describe('messages', () => {
    it.each([0, 1] as const)('go from one to another with QoS %i', async (qos) => {
      const [from, to] = await Promise.all([clients.connect(), clients.connect()]);
      const topic = clients.unique('topic');
      const inbox = new Inbox(to);
      await to.subscribe([topic], qos);
      await from.publish(topic, Buffer.from('ü'), { qos });
      expect(await inbox.take(1)).toEqual([{ topic, payload: 'ü', retained: false }]);
    });

    it.each([0, 1, 127, 128, 16_383, FRAME_BYTES])('of %i bytes arrive as they were', async (length) => {
      const transport = await clients.connect();
      const topic = clients.unique('topic');
      const inbox = new Inbox(transport);
      await transport.subscribe([topic], 1);
      const payload = Uint8Array.from({ length }, (_, n) => (n * 31) % 256);
      await transport.publish(topic, payload, { qos: 1 });
      const [message] = await inbox.takeRaw(1);
      expect(Buffer.compare(message?.payload ?? Buffer.of(0), payload)).toBe(0);
    });

    it('of one sender arrive in the order in which they were sent', async () => {
      const transport = await clients.connect();
      const topic = clients.unique('topic');
      const inbox = new Inbox(transport);
      await transport.subscribe([topic]);
      const sent = Array.from({ length: 40 }, (_, n) => String(n));
      await Promise.all(sent.map((text) => transport.publish(topic, Buffer.from(text))));
      expect((await inbox.take(sent.length)).map(({ payload }) => payload)).toEqual(sent);
    });

    it('are not taken from a view’s neighbourhood', async () => {
      const transport = await clients.connect();
      const topic = clients.unique('topic');
      const inbox = new Inbox(transport);
      await transport.subscribe([topic]);
      await transport.publish(
        topic,
        new Uint8Array(Buffer.from('before-within-after').buffer.slice(0)).subarray(0, 0),
      );
      await transport.publish(topic, Buffer.from('before-within-after').subarray(7, 13));
      expect((await inbox.take(2)).map(({ payload }) => payload)).toEqual(['', 'within']);
    });

    it('reach every listener but those that were removed', async () => {
      const transport = await clients.connect();
      const topic = clients.unique('topic');
      const removed = vi.fn();
      transport.onMessage(removed)();
      const inboxes = [new Inbox(transport), new Inbox(transport)];
      await transport.subscribe([topic]);
      await transport.publish(topic, Buffer.from('x'));
      for (const inbox of inboxes) expect(await inbox.take(1)).toHaveLength(1);
      expect(removed).not.toHaveBeenCalled();
    });

    it('come no more after an unsubscribe', async () => {
      const transport = await clients.connect();
      const [given, kept] = [clients.unique('topic'), clients.unique('topic')];
      const inbox = new Inbox(transport);
      await transport.subscribe([given, kept]);
      await transport.unsubscribe([given]);
      await transport.publish(given, Buffer.from('no'));
      await transport.publish(kept, Buffer.from('yes'));
      expect(await inbox.take(1)).toEqual([{ topic: kept, payload: 'yes', retained: false }]);
    });

    it('that come after close() reach nobody', async () => {
      const [from, to] = await Promise.all([clients.connect(), clients.connect()]);
      const topic = clients.unique('topic');
      await to.subscribe([topic]);
      const received: string[] = [];
      const closed = new Promise<void>((resolve) => {
        to.onMessage(({ payload }) => {
          received.push(Buffer.from(payload).toString());
          resolve(to.close());
        });
      });
      for (const text of ['first', 'second', 'third']) void from.publish(topic, Buffer.from(text));
      await closed;
      expect(received).toEqual(['first']);
    });
  });

  describe('a retained message', () => {
    it('is delivered on subscribe and marked, and is not marked while it is news', async () => {
      const transport = await clients.connect();
      const topic = clients.unique('topic');
      await transport.publish(topic, Buffer.from('kept'), { qos: 1, retain: true });
      const inbox = new Inbox(transport);
      await transport.subscribe([topic], 1);
      expect(await inbox.take(1)).toEqual([{ topic, payload: 'kept', retained: true }]);
      await transport.publish(topic, Buffer.from('news'), { qos: 1, retain: true });
      expect(await inbox.take(1)).toEqual([{ topic, payload: 'news', retained: false }]);
    });

    it('is deleted by an empty payload', async () => {
      const transport = await clients.connect();
      const topic = clients.unique('topic');
      await transport.publish(topic, Buffer.from('kept'), { qos: 1, retain: true });
      await transport.publish(topic, Buffer.alloc(0), { qos: 1, retain: true });
      const inbox = new Inbox(transport);
      await transport.subscribe([topic], 1);
      await transport.publish(topic, Buffer.from('live'));
      expect(await inbox.take(1)).toEqual([{ topic, payload: 'live', retained: false }]);
    });
  });

  describe('a will', () => {
    const willing = (topic: string): Partial<ConnectOptions> => ({
      will: (connection) => ({ topic, payload: Buffer.from(`gone ${connection}`), retain: false }),
    });

    it('is published when the connection ends abruptly, with the number of that connection', async () => {
      const topic = clients.unique('will');
      const witness = await clients.connect();
      const inbox = new Inbox(witness);
      await witness.subscribe([topic], 1);
      const id = clients.unique('client');
      const transport = await clients.connect({ ...willing(topic), clientId: (n) => `${id}-${n}` });
      const states = new States(transport);
      clients.harness.cut(`${id}-1`);
      await states.until('connected');
      clients.harness.cut(`${id}-2`);
      expect((await inbox.take(2)).map(({ payload }) => payload)).toEqual(['gone 1', 'gone 2']);
    });

    it('is not published after close()', async () => {
      const topic = clients.unique('will');
      const witness = await clients.connect();
      const inbox = new Inbox(witness);
      await witness.subscribe([topic], 1);
      const transport = await clients.connect(willing(topic));
      await transport.close();
      await witness.publish(topic, Buffer.from('after'), { qos: 1 });
      expect((await inbox.take(1)).map(({ payload }) => payload)).toEqual(['after']);
    });
  });

  describe('subscriptions', () => {
    it('of more filters than IoT Core takes in one packet are all made', async () => {
      const transport = await clients.connect();
      const topics = Array.from({ length: 20 }, () => clients.unique('topic'));
      const inbox = new Inbox(transport);
      await transport.subscribe(topics, 1);
      for (const topic of topics) await transport.publish(topic, Buffer.from('x'), { qos: 1 });
      expect((await inbox.take(20)).map(({ topic }) => topic)).toEqual(topics);
    });

    it('that the broker refuses are named, and the others are made', async ({ skip }) => {
      const limit = clients.harness.subscriptionLimit;
      if (limit === undefined) return skip('this broker grants every subscription');
      const transport = await clients.connect();
      const topics = Array.from({ length: limit }, () => clients.unique('topic'));
      const excess = clients.unique('excess');
      await expect(transport.subscribe([...topics, excess])).rejects.toMatchObject({
        code: 'TRANSPORT_SUBSCRIBE_REFUSED',
        message: `Expected the broker to grant every subscription, but it refused ${excess}.`,
      });
      const inbox = new Inbox(transport);
      await transport.publish(topics.at(-1) ?? '', Buffer.from('x'));
      expect(await inbox.take(1)).toHaveLength(1);
    });
  });
}
