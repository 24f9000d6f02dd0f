import { expect, test } from 'vitest';
import { addressBelow, publicEndpoint } from './public-endpoint.ts';

test.each([
  ['http://127.0.0.1:4566', undefined, 'http://greet.localhost:4566'],
  ['http://[::1]:4566', undefined, 'http://greet.localhost:4566'],
  ['http://0.0.0.0:80', undefined, 'http://greet.localhost'],
  ['http://127.0.0.1:4566', 'Example.org', 'https://greet.example.org'],
])('of an emulator at %s with the domain %s a name is %s', (local, domain, address) => {
  expect(addressBelow(publicEndpoint(local, domain), 'greet')).toBe(address);
});
