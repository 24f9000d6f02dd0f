import { sessionTopic } from '../../protocol/topics.ts';
import { denied } from '../live/aws-failure.ts';
import { type BrokerAccess, explainRefusal, type Right, withConnection } from './broker-access.ts';
import { type Check, type Finding, ok, warn } from './check.ts';
import { median } from './median.ts';
import { nextMessage } from './next-message.ts';
import type { DoctorSetup } from './setup.ts';

const ECHOES = 5;
const ECHO_MS = 3_000;
/** IoT Core takes one retained publish a second for each topic. */
const RETAINED_PAUSE_MS = 1_100;

const client = 'client/llx-session-*';
const topics = 'topic/llx/v1/sessions/*';
const filters = 'topicfilter/llx/v1/sessions/*';

/** What every session does with its broker, done for real on the topic of a session that nobody else knows. */
export function brokerChecks({ pause }: DoctorSetup): readonly Check[] {
  return [
    check('connect', 'Connect to the broker', ['tls', 'clock', 'credentials'], async (broker, signal) => {
      await attempt(broker, { action: 'iot:Connect', resource: client }, () =>
        withConnection(broker, signal, async () => undefined),
      );
      return ok('connected as llx-session-*');
    }),
    check('subscribe', 'Subscribe', ['connect'], async (broker, signal) => {
      await attempt(broker, { action: 'iot:Subscribe', resource: filters }, () =>
        withConnection(broker, signal, (transport) => transport.subscribe([ownTopic(broker)], 1)),
      );
      return ok('allowed on the session’s own topic');
    }),
    check('publish', 'Publish', ['connect'], async (broker, signal) => {
      await attempt(broker, { action: 'iot:Publish', resource: topics }, () =>
        withConnection(broker, signal, (transport) => transport.publish(ownTopic(broker), PING, { qos: 1 })),
      );
      return ok('allowed on the session’s own topic');
    }),
    check('retain', 'Keep retained messages', ['publish', 'subscribe'], (broker, signal) =>
      retain(broker, pause, signal),
    ),
    check('echo', 'Round trip through the broker', ['publish', 'subscribe'], echo),
    {
      id: 'least-privilege',
      title: 'No more rights than needed',
      needs: ['subscribe'],
      run: async (facts, signal) =>
        facts.find('emulator')?.access === 'open'
          ? ok('the emulator knows no users: whoever reaches it may do everything')
          : await findExcess(facts.get('broker'), signal),
    },
  ];
}

const PING = Buffer.from('llx doctor');

function check(
  id: string,
  title: string,
  needs: readonly string[],
  run: (broker: BrokerAccess, signal: AbortSignal) => Promise<Finding>,
): Check {
  return { id, title, needs, run: (facts, signal) => run(facts.get('broker'), signal) };
}

function ownTopic({ sessionId }: BrokerAccess): string {
  return sessionTopic(sessionId);
}

async function attempt<T>(broker: BrokerAccess, right: Right, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explainRefusal(error, right, broker);
  }
}

async function retain(
  broker: BrokerAccess,
  pause: DoctorSetup['pause'],
  signal: AbortSignal,
): Promise<Finding> {
  const topic = `${ownTopic(broker)}-retained`;
  const right = { action: 'iot:RetainPublish', resource: topics };
  await attempt(broker, right, () =>
    withConnection(broker, signal, (transport) => transport.publish(topic, PING, { qos: 1, retain: true })),
  );
  // Without the signal: an interrupt must not leave the message behind. All of it is bounded.
  const kept = await withConnection(broker, undefined, async (transport) => {
    try {
      const message = nextMessage(transport, topic, ECHO_MS, signal);
      await transport.subscribe([topic], 1);
      return await message;
    } finally {
      if (broker.resource !== undefined) await pause(RETAINED_PAUSE_MS);
      // An empty payload deletes it: nothing of this run stays.
      await transport.publish(topic, new Uint8Array(0), { qos: 1, retain: true });
    }
  });
  if (kept?.retained === true) return ok('published, read back and deleted');
  return warn(
    `expected the retained message within ${ECHO_MS / 1000} s of subscribing, found ${kept === undefined ? 'none' : 'one without the RETAIN flag'}`,
    'Does the broker keep retained messages? Presence of sessions is one.',
  );
}

async function echo(broker: BrokerAccess, signal: AbortSignal): Promise<Finding> {
  const topic = ownTopic(broker);
  return await withConnection(broker, signal, async (transport) => {
    await transport.subscribe([topic], 0);
    const times: number[] = [];
    for (let round = 0; round < ECHOES; round++) {
      const startedAt = performance.now();
      const message = nextMessage(transport, topic, ECHO_MS, signal);
      await transport.publish(topic, PING);
      if ((await message) === undefined) {
        throw explainSilence(broker);
      }
      times.push(performance.now() - startedAt);
    }
    return ok(`${median(times).toFixed(1)} ms (median of ${ECHOES})`);
  });
}

function explainSilence(broker: BrokerAccess): unknown {
  if (broker.resource === undefined) return new Error('expected the message back, found none');
  // A subscription without iot:Receive is granted, and stays silent.
  return denied({ action: 'iot:Receive', resource: broker.resource(topics) });
}

/** Tries what no policy of docs/live.md allows: a topic outside of llx. Nobody publishes there. */
async function findExcess(broker: BrokerAccess, signal: AbortSignal): Promise<Finding> {
  if (broker.resource === undefined) return ok('not IoT Core: rights are the broker’s own');
  try {
    await withConnection(broker, signal, (transport) =>
      transport.subscribe([`not-of-llx/${broker.sessionId}`], 1),
    );
  } catch {
    // The connection worked a moment ago, so this is the refusal that least privilege wants.
    return ok('a topic outside of llx is refused');
  }
  return warn(
    'expected a topic outside of llx to be refused, found that it is allowed: iot:* on * lets its holder read and answer every function',
    'Use the policy for developers of docs/live.md in place of the broad one.',
  );
}
