import { randomBytes } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { parseFrame } from '../../src/protocol/frame.ts';
import { QUOTA_PROFILES, scaleQuotas } from '../../src/protocol/quota-profile.ts';
import { read, Tunnel } from '../support/tunnel.ts';

let tunnel: Tunnel;
afterEach(() => tunnel.close());

const IOT_CORE = QUOTA_PROFILES['iot-core'];
/** Does not compress: some 1.4 MB as JSON, 1 MiB and more of frames, so over two seconds through IoT Core. */
const LARGE = randomBytes(1024 * 1024).toString('base64');

test('an event that cannot pass in time fails at once, with both numbers, and nothing of it is sent', async () => {
  const kinds: unknown[] = [];
  tunnel = new Tunnel({
    stub: { quotas: IOT_CORE },
    tamper: (delivery) => {
      const frame = parseFrame(delivery.payload);
      if (typeof frame !== 'string') kinds.push(frame.kind);
      return [delivery];
    },
  });
  await tunnel.startSession(async (event) => event);
  expect(read(await tunnel.invoke({ LARGE }, { remainingMs: 1_000 }))).toEqual({
    failed: 'Llx.PayloadTooLarge',
    errorType: 'Llx.PayloadTooLarge',
    errorMessage: expect.stringMatching(
      /^RequestId: \S+ Error: an event of 13981\d\d bytes takes \d{7} bytes on the wire, which need 2\d{3} ms through this broker, and \d{3} ms are left$/,
    ),
  });
  expect(kinds).toEqual([]);
  expect(read(await tunnel.invoke({ small: true }, { remainingMs: 1_000 }))).toEqual({ small: true });
});

test('an answer that cannot pass in time is an error that says so, to the caller and on the laptop', async () => {
  tunnel = new Tunnel();
  const session = await tunnel.startSession(async () => LARGE, { quotas: IOT_CORE });
  expect(read(await tunnel.invoke({}, { remainingMs: 1_000 }))).toMatchObject({
    failed: 'Llx.PayloadTooLarge',
    errorMessage: expect.stringMatching(/^an answer of 13981\d\d bytes takes \d{7} bytes on the wire/),
  });
  const ends = session.events.flatMap((event) => (event.type === 'ended' ? [event.result] : []));
  expect(ends).toMatchObject([{ status: 'failed', errorType: 'Llx.PayloadTooLarge', durationMs: 1 }]);
});

test('an answer that would pass without its log lines passes without them, and their number is told', async () => {
  tunnel = new Tunnel();
  const line = randomBytes(96 * 1024).toString('base64');
  await tunnel.startSession(
    async (_event, { onLog }) => {
      onLog?.({ stream: 'stdout', text: line });
      return 'answer';
    },
    { quotas: scaleQuotas(IOT_CORE, 0.1) },
  );
  expect(read(await tunnel.invoke({}, { remainingMs: 1_000 }))).toBe('answer');
  expect(tunnel.printed).toEqual(['llx: 1 earlier log lines were left out']);
});

test('what can pass, passes', async () => {
  const quotas = scaleQuotas(IOT_CORE, 100);
  tunnel = new Tunnel({ stub: { quotas } });
  await tunnel.startSession(async (event) => event, { quotas });
  expect(read(await tunnel.invoke({ LARGE }))).toEqual({ LARGE });
});
