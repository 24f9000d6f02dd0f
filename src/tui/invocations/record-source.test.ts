import { expect, test } from 'vitest';
import { bytes, getRequest } from '../testing/session-events.ts';
import { recordSource } from './record-source.ts';

test.each([
  ['a request', bytes(getRequest('/orders/42')), 'GET /orders/42'],
  ['not JSON', new TextEncoder().encode('{'), 'not JSON'],
  ['too large to read', bytes({ text: 'x'.repeat(3 * 1024 * 1024) }), 'event of 3.0 MiB'],
])('an event that is %s has a label', (_, event, label) => {
  expect(recordSource({ event, bodiesLeftOut: false }).label).toBe(label);
});

test('an event that is no longer kept says so', () => {
  expect(recordSource({ event: new Uint8Array(0), bodiesLeftOut: true }).label).toBe('event no longer kept');
});

test('an event is read once, however often it is shown', () => {
  const event = bytes(getRequest('/first'));
  expect(recordSource({ event, bodiesLeftOut: false }).label).toBe('GET /first');
  event.fill(0);
  expect(recordSource({ event, bodiesLeftOut: false }).label).toBe('GET /first');
});
