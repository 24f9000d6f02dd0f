import { expect, test } from 'vitest';
import { QUOTA_PROFILES, scaleQuotas } from './quota-profile.ts';

const iot = QUOTA_PROFILES['iot-core'];

test("IoT Core's quotas are those of its documentation", () => {
  expect(iot).toEqual({
    name: 'iot-core',
    publishesPerSecond: 100,
    bytesPerSecond: 524_288,
    unacknowledged: 100,
    connectsPerSecond: 1,
    retainedPublishesPerSecond: 1,
    keepAliveSeconds: { min: 30, max: 1200 },
    connectionSeconds: 86_400,
  });
});

test('one factor scales throughput and leaves times alone', () => {
  expect(scaleQuotas(iot, 0.5)).toEqual({
    ...iot,
    publishesPerSecond: 50,
    bytesPerSecond: 262_144,
    unacknowledged: 50,
    connectsPerSecond: 0.5,
    retainedPublishesPerSecond: 0.5,
  });
});

test('a quota that is named is scaled alone, times too', () => {
  expect(scaleQuotas(iot, { keepAliveSeconds: 0.1, connectionSeconds: 0.001 })).toEqual({
    ...iot,
    keepAliveSeconds: { min: 3, max: 120 },
    connectionSeconds: 86.4,
  });
});

test('no quota stays none, and one unacknowledged publish is always allowed', () => {
  expect(scaleQuotas(QUOTA_PROFILES.none, 0.001)).toEqual(QUOTA_PROFILES.none);
  expect(scaleQuotas(iot, 0.001).unacknowledged).toBe(1);
});
