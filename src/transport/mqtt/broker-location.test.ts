import { describe, expect, test, vi } from 'vitest';
import { startBroker } from '../../emulator/broker/broker.ts';
import { DropCounter } from '../../protocol/drops.ts';
import { States } from '../contract/observers.contract.ts';
import { locateBroker } from './broker-location.ts';
import { FrailNetwork } from './frail-network.test-support.ts';
import { connectMqtt } from './mqtt-transport.ts';
import { connectPacket } from './packet-transport.ts';

const { signal } = new AbortController();

test('a URL that cannot be used is told without what it may hold', async () => {
  for (const [url, reason] of [
    ['http://a.example/?X-Amz-Signature=hidden', 'expected mqtt:, mqtts:, ws: or wss:, got http:'],
    ['wss://?X-Amz-Signature=hidden', 'Invalid URL'],
  ] as const) {
    const failure = await locateBroker({ url }, signal).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'TRANSPORT_UNREACHABLE',
      message: `The URL of the broker cannot be used: ${reason}.`,
    });
    expect(failure).not.toHaveProperty('cause');
  }
});

test('the proxy is asked for with the URL of this attempt', async () => {
  const proxy = vi.fn(() => 'http://proxy.example');
  const target = await locateBroker({ url: async () => 'wss://a.example', proxy }, signal);
  expect([target.proxy, proxy.mock.calls]).toEqual(['http://proxy.example', [['wss://a.example']]]);
});

test('who waits for a URL does not outlive the attempt', async () => {
  const controller = new AbortController();
  const located = locateBroker({ url: () => new Promise(() => undefined) }, controller.signal);
  controller.abort(new Error('enough'));
  await expect(located).rejects.toMatchObject({ code: 'TRANSPORT_UNREACHABLE', cause: new Error('enough') });
});

describe.each([
  ['plain packets', connectPacket],
  ['the mqtt package', connectMqtt],
] as const)('with %s', (_, connect) => {
  const options = { keepAliveSeconds: 30, connectTimeoutMs: 5_000, backoffMs: () => 1 };

  test('every attempt asks for its URL, and a refusal to give one is a failed attempt with its cause', async () => {
    const broker = await startBroker({ host: '127.0.0.1', port: 0, drops: new DropCounter() });
    const network = await FrailNetwork.start(broker.port);
    const expired = new Error('the credentials are expired');
    const url = vi
      .fn<() => Promise<string>>()
      .mockRejectedValueOnce(expired)
      .mockResolvedValue(`mqtt://127.0.0.1:${network.port}`);
    url.mockResolvedValueOnce(`mqtt://127.0.0.1:${network.port}`);
    await expect(connect({ ...options, clientId: () => 'first', url })).rejects.toMatchObject({
      code: 'TRANSPORT_UNREACHABLE',
      cause: expired,
    });
    const transport = await connect({ ...options, clientId: (n) => `llx-test-${n}`, url });
    const states = new States(transport);
    url.mockRejectedValueOnce(expired);
    network.cut('llx-test-1');
    await states.until('connected');
    expect(states.seen).toMatchObject([
      { status: 'connecting', attempt: 1 },
      { status: 'connecting', attempt: 2, cause: { code: 'TRANSPORT_UNREACHABLE', cause: expired } },
      { status: 'connected', connection: 2 },
    ]);
    expect(url).toHaveBeenCalledTimes(4);
    await transport.close();
    await network.close();
    await broker.close();
  });

  test('an attempt ends in time although the URL is not given', async () => {
    const url = () => new Promise<string>(() => undefined);
    await expect(
      connect({ ...options, connectTimeoutMs: 20, clientId: () => 'x', url }),
    ).rejects.toMatchObject({ code: 'TRANSPORT_UNREACHABLE', cause: new Error('no answer within 20 ms') });
  });
});
