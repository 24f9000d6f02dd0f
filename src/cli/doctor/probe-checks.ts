import { presenceTopic, sessionTopic } from '../../protocol/topics.ts';
import { presignWebSocketUrl } from '../../signature/presign-websocket-url.ts';
import { TransportError } from '../../transport/transport.ts';
import { type BrokerAccess, withConnection } from './broker-access.ts';
import { type Check, type Finding, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';
import { nextMessage } from './next-message.ts';
import type { DoctorSetup } from './setup.ts';

const WAIT_MS = 5_000;
const LAG_MS = 1_000;
const EXPIRES_SECONDS = [3_600, 86_400, 604_800] as const;
const OVERSIZE_BYTES = 128 * 1024 + 1;

/**
 * What llx assumes of IoT Core where AWS's documentation says nothing or contradicts itself: each is tried on the
 * account of whoever asks. Only on their wish: some of it looks like an attack to those who watch the account.
 */
export function probeChecks(
  setup: DoctorSetup,
  arnsOf: (facts: Facts) => readonly string[],
): readonly Check[] {
  return [
    probe('colons', 'Topics may hold colons', ['echo', 'identity'], async (facts, signal) => {
      const [arn] = arnsOf(facts);
      if (arn === undefined) return ok('not tried: no function whose topic it could be');
      const topic = presenceTopic(arn, facts.get('broker').sessionId.slice(0, 32));
      const delivered = await deliver(facts.get('broker'), topic, signal);
      return compare(
        'a message on a topic with an ARN is delivered',
        delivered ? 'delivered' : 'not delivered',
        delivered,
      );
    }),
    probe('expires', 'X-Amz-Expires up to a week', ['connect'], (facts, signal) =>
      tryExpirations(setup, facts, signal),
    ),
    probe('foreign-client', 'A client id that no policy allows', ['connect'], (facts, signal) =>
      tryForeignClient(setup, facts, signal),
    ),
    probe('oversize', 'A publish over 128 KiB', ['publish'], (facts, signal) =>
      tryOversize(facts.get('broker'), signal),
    ),
    probe('nobody', 'No retained message is told at once', ['retained'], async (facts, signal) => {
      const topic = sessionTopic(`${facts.get('broker').sessionId}-none`);
      const found = await facts.get('retained')(topic, signal);
      return compare(
        'GetRetainedMessage answers 404',
        found === undefined ? '404' : `${found.byteLength} bytes`,
        found === undefined,
      );
    }),
    probe('retained-lag', 'Retained messages come soon after SUBACK', ['retain'], (facts, signal) =>
      tryRetainedLag(facts.get('broker'), signal),
    ),
  ];
}

function probe(id: string, title: string, needs: readonly string[], run: Check['run']): Check {
  return {
    id: `probe:${id}`,
    title: `Assumption: ${title}`,
    needs,
    timeoutMs: 60_000,
    async run(facts, signal) {
      if (facts.find('place') === undefined)
        return { status: 'skipped', detail: 'this broker is not IoT Core' };
      return await run(facts, signal);
    },
  };
}

function compare(expected: string, found: string, asExpected: boolean): Finding {
  const detail = `expected: ${expected}; found: ${found}`;
  return asExpected ? ok(detail) : warn(detail, 'llx assumes otherwise. Please report this line.');
}

async function deliver(broker: BrokerAccess, topic: string, signal: AbortSignal): Promise<boolean> {
  return await withConnection(broker, signal, async (transport) => {
    await transport.subscribe([topic], 1);
    const message = nextMessage(transport, topic, WAIT_MS, signal);
    await transport.publish(topic, Buffer.from('llx doctor'), { qos: 1 });
    return (await message) !== undefined;
  });
}

/** A connection by a presigned URL, with whatever client id. Gives what came of it. */
async function connectWith(
  setup: DoctorSetup,
  facts: Facts,
  options: { readonly clientId: string; readonly expiresSeconds?: number },
  signal: AbortSignal,
): Promise<'connected' | TransportError> {
  const { endpoint, region, credentials, ca } = facts.get('place');
  const { clientId, ...presigning } = options;
  const url = presignWebSocketUrl({
    host: endpoint,
    region,
    credentials: await credentials(),
    ...presigning,
  });
  try {
    const transport = await setup.connectBroker({
      url,
      tls: { ca },
      clientId: () => clientId,
      keepAliveSeconds: 30,
      connectTimeoutMs: WAIT_MS,
      backoffMs: () => undefined,
      signal,
    });
    await transport.close();
    return 'connected';
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
}

async function tryExpirations(setup: DoctorSetup, facts: Facts, signal: AbortSignal): Promise<Finding> {
  const outcomes: string[] = [];
  let accepted = true;
  for (const expiresSeconds of EXPIRES_SECONDS) {
    const clientId = `llx-session-${facts.get('broker').sessionId}-${expiresSeconds}`;
    const outcome = await connectWith(setup, facts, { clientId, expiresSeconds }, signal);
    accepted &&= outcome === 'connected';
    outcomes.push(`${expiresSeconds} s ${outcome === 'connected' ? 'accepted' : 'refused'}`);
  }
  return compare(
    EXPIRES_SECONDS.map((seconds) => `${seconds} s accepted`).join(', '),
    outcomes.join(', '),
    accepted,
  );
}

async function tryForeignClient(setup: DoctorSetup, facts: Facts, signal: AbortSignal): Promise<Finding> {
  const clientId = `not-llx-${facts.get('broker').sessionId}`;
  const outcome = await connectWith(setup, facts, { clientId }, signal);
  const expected = 'CONNACK 5, or the end of the connection';
  return outcome === 'connected'
    ? compare(expected, 'connected: these credentials allow every client id, so it cannot be told', false)
    : compare(expected, outcome.message, true);
}

async function tryOversize(broker: BrokerAccess, signal: AbortSignal): Promise<Finding> {
  const found = await withConnection(broker, signal, async (transport) => {
    const acknowledged = transport.publish(sessionTopic(broker.sessionId), new Uint8Array(OVERSIZE_BYTES), {
      qos: 1,
    });
    const silence = nextMessage(transport, '', WAIT_MS, signal).then(() => `nothing for ${WAIT_MS / 1000} s`);
    return await Promise.race([
      acknowledged.then(
        () => 'acknowledged',
        () => 'the connection ended',
      ),
      silence,
    ]);
  });
  return compare('the connection ends', found, found === 'the connection ended');
}

async function tryRetainedLag(broker: BrokerAccess, signal: AbortSignal): Promise<Finding> {
  const topic = sessionTopic(`${broker.sessionId}-lag`);
  await withConnection(broker, signal, (transport) =>
    transport.publish(topic, Buffer.from('llx doctor'), { qos: 1, retain: true }),
  );
  // Without the signal: an interrupt must not leave the message behind.
  const lag = await withConnection(broker, undefined, async (transport) => {
    try {
      const message = nextMessage(transport, topic, WAIT_MS, signal).then(() => performance.now());
      await transport.subscribe([topic], 1);
      const subscribedAt = performance.now();
      return (await message) - subscribedAt;
    } finally {
      await transport.publish(topic, new Uint8Array(0), { qos: 1, retain: true });
    }
  });
  return compare(`within ${LAG_MS} ms`, `${Math.max(0, lag).toFixed(0)} ms`, lag <= LAG_MS);
}
