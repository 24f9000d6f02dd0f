import { expect, test } from 'vitest';
import { TransportError } from '../../transport/transport.ts';
import { brokerFailure } from './broker-failure.ts';

const DOCTOR = 'llx doctor --profile work';

const iot = {
  mode: 'live',
  broker: 'wss://abc-ats.iot.eu-west-1.amazonaws.com',
  account: '123456789012',
  region: 'eu-west-1',
} as const;

test('a connection that IoT Core does not take is a right to connect that is missing, with its statement', () => {
  const error = brokerFailure(iot, new TransportError('TRANSPORT_REFUSED', 'CONNACK 5'), DOCTOR);
  expect(error.code).toBe('LLX_AWS_DENIED');
  expect(error.mend).toContain('"Action":"iot:Connect"');
  expect(error.mend).toContain('arn:aws:iot:eu-west-1:123456789012:client/llx-session-*');
});

test.each([
  ['cn-north-1', 'arn:aws-cn:iot:cn-north-1:'],
  ['us-gov-west-1', 'arn:aws-us-gov:iot:us-gov-west-1:'],
])('the statement for %s is of its partition: IAM there takes no other', (region, prefix) => {
  const error = brokerFailure(
    { ...iot, region },
    new TransportError('TRANSPORT_REFUSED', 'CONNACK 5'),
    DOCTOR,
  );
  expect(error.mend).toContain(prefix);
});

test('a connection that IoT Core ends at once is a right that is missing: the doctor says which', () => {
  for (const code of ['TRANSPORT_LOST', 'TRANSPORT_SUBSCRIBE_REFUSED'] as const) {
    const error = brokerFailure(iot, new TransportError(code, 'ended'), DOCTOR);
    expect(error).toMatchObject({ code: 'LLX_AWS_DENIED', mend: `See which: ${DOCTOR}` });
  }
});

test('a broker that cannot be reached is named with the reason of the network', () => {
  const cause = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
  const error = brokerFailure(
    iot,
    new TransportError('TRANSPORT_UNREACHABLE', 'No broker answered.', { cause }),
    DOCTOR,
  );
  expect(error.code).toBe('LLX_UNREACHABLE');
  expect(error.message).toContain(iot.broker);
  expect(error.mend).toMatch(/, then: llx doctor --profile work$/);
});

test('another broker that ends the connection is not one that refuses', () => {
  const place = { ...iot, mode: 'broker', broker: 'mqtts://broker.example:8883' } as const;
  const error = brokerFailure(
    place,
    new TransportError('TRANSPORT_LOST', 'The connection to the broker ended.'),
    DOCTOR,
  );
  expect(error.code).toBe('LLX_UNREACHABLE');
  expect(error.mend).toContain(DOCTOR);
});

test('another broker that refuses needs other credentials', () => {
  const place = { ...iot, mode: 'broker', broker: 'mqtts://broker.example:8883' } as const;
  const error = brokerFailure(place, new TransportError('TRANSPORT_REFUSED', 'CONNACK 4'), DOCTOR);
  expect(error.code).toBe('LLX_BROKER_REFUSED');
  expect(error.mend).toContain('LLX_BROKER_USERNAME');
});
