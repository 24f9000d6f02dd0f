import { expect, test } from 'vitest';
import { iotClient } from './iot-client.ts';

test('LLX_IOT_CLIENT names a client; absent or empty, it is left to the transport', () => {
  expect(iotClient({ LLX_IOT_CLIENT: 'device-sdk' })).toEqual({ client: 'device-sdk' });
  expect(iotClient({ LLX_IOT_CLIENT: 'mqtt' })).toEqual({ client: 'mqtt' });
  expect(iotClient({ LLX_IOT_CLIENT: '' })).toEqual({});
  expect(iotClient({})).toEqual({});
});

test('a misspelled client is told, and not quietly the other one', () => {
  expect(() => iotClient({ LLX_IOT_CLIENT: 'devicesdk' })).toThrow(
    'Expected mqtt or device-sdk in LLX_IOT_CLIENT, found "devicesdk".',
  );
});
