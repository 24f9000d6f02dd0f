import { IOT_CORE } from '../protocol/limits.ts';
import { MemoryBroker } from './memory.ts';
import { describeTransport } from './transport.contract.ts';

describeTransport('a transport in memory', async () => {
  const broker = new MemoryBroker();
  const absent = new MemoryBroker();
  absent.mode = 'absent';
  const silent = new MemoryBroker();
  silent.mode = 'silent';
  return {
    connect: (options) => broker.connect(options),
    connectToNothing: (options) => absent.connect(options),
    connectToSilence: (options) => silent.connect(options),
    cut: (clientId) => broker.drop(clientId),
    freeze: (clientId) => broker.freeze(clientId),
    accept: (accepting) => {
      broker.mode = accepting ? 'answers' : 'absent';
    },
    subscriptionLimit: IOT_CORE.subscriptionsPerConnection,
    close: async () => undefined,
  };
});
