import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { ContractClients, type TransportHarness } from './contract/contract-clients.contract.ts';
import { describeLifetime } from './contract/lifetime.contract.ts';
import { describeMessages } from './contract/messages.contract.ts';
import { describeReconnect } from './contract/reconnect.contract.ts';

/** What every transport has to do, over any broker. */
export function describeTransport(name: string, start: () => Promise<TransportHarness>): void {
  describe(name, () => {
    const clients = new ContractClients();
    beforeAll(async () => clients.use(await start()));
    afterEach(() => clients.closeAll());
    afterAll(() => clients.harness.close());
    describeMessages(clients);
    describeReconnect(clients);
    describeLifetime(clients);
  });
}
