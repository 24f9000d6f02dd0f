import { expect, test } from 'vitest';
import { QUOTA_PROFILES, scaleQuotas } from './quota-profile.ts';
import { cannotPass, sendingMs } from './sending-time.ts';

const IOT_CORE = QUOTA_PROFILES['iot-core'];
const MEBIBYTE = [new Uint8Array(1024 * 1024)];

test('bytes decide how long large frames take, their number how long small ones do', () => {
  expect(sendingMs(MEBIBYTE, IOT_CORE)).toBe(2000);
  expect(
    sendingMs(
      Array.from({ length: 50 }, () => new Uint8Array(1)),
      IOT_CORE,
    ),
  ).toBe(500);
  expect(sendingMs(MEBIBYTE, scaleQuotas(IOT_CORE, 10))).toBe(200);
});

test('a broker without quotas lets anything pass at once', () => {
  expect(sendingMs(MEBIBYTE, QUOTA_PROFILES.none)).toBe(0);
  expect(cannotPass('an event', MEBIBYTE, 0, QUOTA_PROFILES.none)).toBeUndefined();
  expect(cannotPass('an event', MEBIBYTE, -5, QUOTA_PROFILES.none)).toBeUndefined();
});

test('what cannot pass in time says how long it takes and how long there is', () => {
  expect(cannotPass('an event of 3 bytes', MEBIBYTE, 2000, IOT_CORE)).toBeUndefined();
  expect(cannotPass('an event of 3 bytes', MEBIBYTE, 1999.5, IOT_CORE)).toBe(
    'an event of 3 bytes takes 1048576 bytes on the wire, which need 2000 ms through this broker, and 1999 ms are left',
  );
});
