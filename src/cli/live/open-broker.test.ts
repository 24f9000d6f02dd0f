import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { locationOf } from './open-broker.ts';

const KEY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC';

test('a key without its first line is not repeated, neither in the message nor in a cause', async () => {
  const error = await locationOf('mqtts://broker.test', { LLX_BROKER_KEY: KEY }).then(
    () => expect.unreachable(),
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({
    code: 'LLX_CONFIG_INVALID',
    message: expect.stringContaining('LLX_BROKER_KEY'),
  });
  expect(inspect(error)).not.toContain(KEY);
});

test('a certificate that is not there is named', async () => {
  await expect(locationOf('mqtts://broker.test', { LLX_BROKER_CERT: '/nowhere.pem' })).rejects.toThrow(
    'in LLX_BROKER_CERT, found "/nowhere.pem", which cannot be read.',
  );
});
