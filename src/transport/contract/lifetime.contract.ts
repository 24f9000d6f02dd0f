import { describe, expect, it } from 'vitest';
import type { ContractClients } from './contract-clients.contract.ts';
import { States } from './observers.contract.ts';

export function describeLifetime(clients: ContractClients): void {
  describe('connecting', () => {
    it('rejects when there is no broker', async () => {
      await expect(clients.harness.connectToNothing(clients.options())).rejects.toMatchObject({
        name: 'TransportError',
        code: 'TRANSPORT_UNREACHABLE',
        message: expect.stringContaining('No broker answered'),
      });
    });

    it('rejects when nothing answers within the time', async () => {
      await expect(
        clients.harness.connectToSilence(clients.options({ connectTimeoutMs: 30 })),
      ).rejects.toMatchObject({
        code: 'TRANSPORT_UNREACHABLE',
      });
    });

    it('rejects when it is aborted, before or meanwhile', async () => {
      await expect(
        clients.harness.connect(clients.options({ signal: AbortSignal.abort() })),
      ).rejects.toMatchObject({
        code: 'TRANSPORT_CLOSED',
      });
      const abort = new AbortController();
      const pending = clients.harness.connectToSilence(
        clients.options({ signal: abort.signal, connectTimeoutMs: 60_000 }),
      );
      setImmediate(() => abort.abort());
      await expect(pending).rejects.toMatchObject({ code: 'TRANSPORT_CLOSED' });
    });
  });

  describe('close()', () => {
    it('ends everything once, however often it is called', async () => {
      const transport = await clients.connect();
      const states = new States(transport);
      await Promise.all([transport.close(), transport.close()]);
      await transport.close();
      expect(states.seen).toEqual([{ status: 'closed' }]);
      expect(transport.state).toEqual({ status: 'closed' });
      const calls = [
        transport.publish('t', Buffer.of(1)),
        transport.subscribe(['t']),
        transport.unsubscribe(['t']),
      ];
      expect(await Promise.allSettled(calls)).toMatchObject(
        calls.map(() => ({ status: 'rejected', reason: { code: 'TRANSPORT_CLOSED' } })),
      );
      expect(await transport.probe(60_000)).toBe(false);
    });

    it('happens by the signal', async () => {
      const abort = new AbortController();
      const transport = await clients.connect({ signal: abort.signal });
      abort.abort();
      expect(transport.state).toEqual({ status: 'closed' });
    });

    it('ends a reconnect', async () => {
      const id = clients.unique('client');
      const transport = await clients.connect({ clientId: (n) => `${id}-${n}`, backoffMs: () => 3_600_000 });
      const states = new States(transport);
      clients.harness.accept(false);
      clients.harness.cut(`${id}-1`);
      await states.until('connecting', 2);
      await transport.close();
      expect(states.seen.at(-1)).toEqual({ status: 'closed' });
    });

    it('leaves neither sockets nor timers, nor does a connection that was renewed or never made', async () => {
      const before = openResources();
      const id = clients.unique('client');
      const transport = await clients.connect({ clientId: (n) => `${id}-${n}` });
      const states = new States(transport);
      await transport.subscribe([clients.unique('topic')], 1);
      clients.harness.cut(`${id}-1`);
      await states.until('connected');
      await transport.probe(60_000);
      await transport.close();
      await clients.harness.connectToNothing(clients.options()).catch(() => undefined);
      await clients.harness
        .connectToSilence(clients.options({ connectTimeoutMs: 10 }))
        .catch(() => undefined);
      while (openResources() > before) await new Promise((resolve) => setImmediate(resolve));
      expect(openResources()).toBeLessThanOrEqual(before);
    });
  });
}

function openResources(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap' || kind === 'Timeout')
    .length;
}
