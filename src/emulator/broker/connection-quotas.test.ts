import { Duplex } from 'node:stream';
import type { AedesPublishPacket } from 'aedes';
import { expect, test } from 'vitest';
import { QUOTA_PROFILES } from '../../protocol/quota-profile.ts';
import type { AedesClient } from './aedes-client.ts';
import { ConnectionQuotas } from './connection-quotas.ts';
import { MeteredStream } from './metered-stream.ts';

test('what waits for a slow client is bounded: above it messages are thrown away', () => {
  const network = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  const stream = new MeteredStream(network, 1_000, () => 0);
  const quotas = new ConnectionQuotas(QUOTA_PROFILES['iot-core'], stream, () => 0);
  const packet = { cmd: 'publish', topic: 't', payload: 'x', qos: 0 } as AedesPublishPacket;
  const client = { subscriptions: { t: { qos: 0 } } } as unknown as AedesClient;
  stream.write(Buffer.alloc(8 * 1024 * 1024 + 1));
  // The first is sent in advance.
  expect(quotas.admit(packet, client)).toBe('pass');
  stream.write(Buffer.alloc(8 * 1024 * 1024 + 1));
  expect(quotas.admit(packet, client)).toEqual({
    dropped: 'more than 8388608 bytes that wait for the client',
  });
  stream.destroy();
});
