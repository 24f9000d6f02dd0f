import { expect, test } from 'vitest';
import { configuredApiId } from '../emulator/gateway/api-definition.ts';
import { servedApis } from './served-apis.ts';

const APIS = {
  Shop: { routes: {} },
  'old shop': { type: 'rest', routes: {} },
  chat: { type: 'websocket', stage: 'dev', routes: {} },
} as const;

const urls = (endpoint: string, domain?: string): readonly string[] =>
  servedApis(APIS, { endpoint, domain }).map(({ url }) => url);

test('an API is told of with the address at which a browser finds it', () => {
  expect(servedApis(APIS, { endpoint: 'http://127.0.0.1:4566' })[0]).toEqual({
    name: 'Shop',
    protocol: 'http',
    url: 'http://shop.execute-api.localhost:4566',
  });
});

test('stages stand in the path, and what is no name of a host is found by its id', () => {
  const id = configuredApiId('old shop');
  expect(urls('http://127.0.0.1:80').slice(1)).toEqual([
    `http://${id}.execute-api.localhost/prod`,
    'ws://chat.execute-api.localhost/dev',
  ]);
});

test('a server with a domain is behind TLS', () => {
  expect(urls('http://0.0.0.0:4566', 'example.org')).toEqual([
    'https://shop.execute-api.example.org',
    `https://${configuredApiId('old shop')}.execute-api.example.org/prod`,
    'wss://chat.execute-api.example.org/dev',
  ]);
});
