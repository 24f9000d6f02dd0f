import { afterEach, expect, test } from 'vitest';
import type { AwsCredentials } from '../../src/signature/credentials.ts';
import { read, Tunnel } from '../support/tunnel.ts';

let tunnel: Tunnel;
afterEach(() => tunnel.close());

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const CREDENTIALS: AwsCredentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: SECRET,
  sessionToken: 'the-session-token',
  expiration: new Date(Date.now() + 3_600_000),
};

const echo = async (event: unknown) => event;

type Given = readonly [string, AwsCredentials];

test('both sides ask for it: the credentials are there before the handler runs', async () => {
  const order: string[] = [];
  const given: Given[] = [];
  tunnel = new Tunnel({ stub: { credentials: () => CREDENTIALS } });
  await tunnel.startSession(
    async () => {
      order.push('handler');
    },
    {
      onCredentials: (arn, credentials) => {
        order.push('credentials');
        given.push([arn, credentials]);
      },
    },
  );
  await tunnel.invoke({});
  expect(order).toEqual(['credentials', 'handler']);
  const [[arn, { expiration, ...keys }] = ['', CREDENTIALS]] = given;
  expect(arn).toBe('arn:aws:lambda:us-east-1:000000000000:function:orders');
  expect(keys).toEqual({
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: SECRET,
    sessionToken: 'the-session-token',
  });
  expect(Math.abs((expiration?.getTime() ?? 0) - (CREDENTIALS.expiration?.getTime() ?? 0))).toBeLessThan(
    60_000,
  );
});

test('a stub that is not configured to send them does not, whatever the presence says', async () => {
  const given: Given[] = [];
  tunnel = new Tunnel();
  await tunnel.startSession(echo, { onCredentials: (...all) => given.push(all) });
  expect(read(await tunnel.invoke({ n: 1 }))).toEqual({ n: 1 });
  expect(given).toEqual([]);
});

test('a session that does not ask for them gets none', async () => {
  let asked = 0;
  tunnel = new Tunnel({
    stub: {
      credentials: () => {
        asked += 1;
        return CREDENTIALS;
      },
    },
  });
  await tunnel.startSession(echo);
  expect(read(await tunnel.invoke({ n: 1 }))).toEqual({ n: 1 });
  expect(asked).toBe(0);
});

test('a long-term key never leaves the function', async () => {
  const given: Given[] = [];
  tunnel = new Tunnel({ stub: { credentials: () => ({ accessKeyId: 'AKIA', secretAccessKey: SECRET }) } });
  await tunnel.startSession(echo, { onCredentials: (...all) => given.push(all) });
  expect(read(await tunnel.invoke({}))).toEqual({});
  expect(given).toEqual([]);
});

test('nothing on the broker and no event of the session holds them', async () => {
  const wire: string[] = [];
  tunnel = new Tunnel({
    stub: { credentials: () => CREDENTIALS },
    tamper: (delivery) => {
      wire.push(Buffer.from(delivery.payload).toString('latin1'));
      return [delivery];
    },
  });
  const session = await tunnel.startSession(echo, { onCredentials: () => undefined });
  await tunnel.invoke({ n: 1 });
  const shown = session.events.map((event) =>
    JSON.stringify(event, (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    ),
  );
  for (const text of [...wire, ...shown]) {
    expect(text).not.toContain(SECRET);
    expect(text).not.toContain('the-session-token');
  }
  expect(shown.some((text) => text.includes('\\"n\\":1'))).toBe(true);
});
