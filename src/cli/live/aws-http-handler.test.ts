import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { HttpRequest } from '@smithy/core/protocols';
import { expect, test } from 'vitest';
import { AwsHttpHandler } from './aws-http-handler.ts';
import { networkFault } from './network-fault.ts';

test.each([
  [403, 'the proxy refused to connect to it.'],
  [407, 'the proxy wants a user and password.'],
])('a request goes through the proxy that there is for it; its %i is told as that', async (status, text) => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url = '' }, socket) => {
    asked.push(url);
    socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const handler = new AwsHttpHandler((url) => (url.includes('sts.') ? proxyUrl : undefined));
  const request = new HttpRequest({ protocol: 'https:', hostname: 'sts.us-east-1.amazonaws.com', path: '/' });
  const error = await handler.handle(request).catch((reason: unknown) => reason);
  expect(networkFault(error)?.text).toBe(text);
  expect(asked).toEqual(['sts.us-east-1.amazonaws.com:443']);
  handler.destroy();
  await new Promise((resolve) => proxy.close(resolve));
});

test('a fault of the network is found below the errors that wrap it, and in what became of each address', async () => {
  const socket = connect({ host: '127.0.0.1', port: 1 });
  const [refused]: unknown[] = await once(socket, 'error').catch((error: unknown) => [error]);
  const both = new AggregateError([refused], 'all attempts failed');
  const wrapped = new Error('the request failed', { cause: new Error('the socket failed', { cause: both }) });
  expect(networkFault(wrapped)?.text).toBe('nothing listens at that address.');
  expect(networkFault(new Error('something else'))).toBeUndefined();
});
