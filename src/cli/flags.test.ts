import { expect, test } from 'vitest';
import { brokerUrl, quotaFactors } from './flags.ts';

test.each([['mqtt://broker.test'], ['wss://me:pass%23word@broker.test:8443/mqtt']])(
  '%s is the URL of a broker',
  (text) => {
    expect(brokerUrl(text)).toBe(text);
  },
);

test.each([
  ['http://me:the-password@broker.test'],
  // `/` and `#` end what can hold a password.
  ['mqtt://me:the-password/with#more@broker.test'],
  ['mqtt://me:the-password%zz@broker.test'],
  ['the-password'],
])('%s is refused without a word of it', (text) => {
  expect(() => brokerUrl(text)).toThrow(
    expect.objectContaining({ code: 'LLX_USAGE', message: expect.not.stringContaining('the-password') }),
  );
});

test('quotas are scaled together, or each by its own factor', () => {
  expect(quotaFactors('0.5')).toBe(0.5);
  expect(quotaFactors('publishesPerSecond=0.5,connectionSeconds=0.0001')).toEqual({
    publishesPerSecond: 0.5,
    connectionSeconds: 0.0001,
  });
});

test.each(['publishes=1', 'name=1', 'keepAliveSeconds=', 'keepAliveSeconds=0', 'keepAliveSeconds=1,2', ''])(
  'factors such as %j are refused',
  (text) => {
    expect(() => quotaFactors(text)).toThrow(/^Expected /);
  },
);
