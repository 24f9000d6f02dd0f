import { randomBytes } from 'node:crypto';
import { QUOTA_PROFILES } from '../../protocol/quota-profile.ts';
import { inTopic, outTopic, presenceTopic } from '../../protocol/topics.ts';
import { pace } from '../../transport/paced-transport.ts';
import { type Transport, TransportError } from '../../transport/transport.ts';
import { policyStatement } from '../live/policy-statement.ts';
import { type BrokerAccess, type Right, withConnection } from './broker-access.ts';
import { type Check, type Finding, fail, ok } from './check.ts';
import type { Facts } from './facts.ts';

type Attempt = Right & { try(transport: Transport): Promise<void> };

/** At a time: IoT Core grants 50 subscriptions to a connection. */
const FUNCTIONS_AT_ONCE = 8;

/**
 * What a session does with the topics of each function. All at once on one connection first; only when that ends, each
 * right on a connection of its own, to learn which are missing.
 */
export function topicsCheck(arnsOf: (facts: Facts) => readonly string[]): Check {
  return {
    id: 'topics',
    title: 'Topics of the functions',
    needs: ['subscribe', 'publish', 'identity'],
    timeoutMs: 60_000,
    async run(facts, signal) {
      const broker = facts.get('broker');
      const perFunction = arnsOf(facts).map((arn) => attempts(arn, broker.sessionId));
      if (await allAllowed(perFunction, broker, signal)) {
        return ok('offers are received, presence and answers may be published');
      }
      const missing: Right[] = [];
      for (const each of perFunction) {
        for (const attempt of each) {
          if (!(await allowed(attempt, broker, signal))) missing.push(attempt);
        }
      }
      return missing.length === 0 ? ok('allowed at the second try') : refused(missing, broker);
    },
  };
}

function attempts(arn: string, sessionId: string): readonly Attempt[] {
  // A lane and a stub that nobody has: these publishes reach no one, and nothing of them is retained.
  const lane = `doctor-${randomBytes(4).toString('hex')}`;
  return [
    subscribe(inTopic(arn, sessionId), `topicfilter/llx/v1/${arn}/in/*`),
    subscribe(presenceTopic(arn, lane), `topicfilter/llx/v1/${arn}/presence/*`),
    publish(presenceTopic(arn, lane), `topic/llx/v1/${arn}/presence/*`),
    publish(outTopic(arn, lane), `topic/llx/v1/${arn}/out/*`),
  ];
}

function subscribe(filter: string, resource: string): Attempt {
  return {
    action: 'iot:Subscribe',
    resource,
    async try(transport) {
      await transport.subscribe([filter], 1);
      await transport.unsubscribe([filter]);
    },
  };
}

function publish(topic: string, resource: string): Attempt {
  return {
    action: 'iot:Publish',
    resource,
    try: (transport) => transport.publish(topic, Buffer.from('llx doctor'), { qos: 1 }),
  };
}

async function allAllowed(
  perFunction: readonly (readonly Attempt[])[],
  broker: BrokerAccess,
  signal: AbortSignal,
): Promise<boolean> {
  const profile = QUOTA_PROFILES[broker.resource === undefined ? 'none' : 'iot-core'];
  try {
    await withConnection(broker, signal, async (connection) => {
      const transport = pace(connection, profile);
      for (let from = 0; from < perFunction.length; from += FUNCTIONS_AT_ONCE) {
        const some = perFunction.slice(from, from + FUNCTIONS_AT_ONCE).flat();
        await Promise.all(some.map((attempt) => attempt.try(transport)));
      }
    });
    return true;
  } catch (error) {
    if (error instanceof TransportError) return false;
    throw error;
  }
}

async function allowed(attempt: Attempt, broker: BrokerAccess, signal: AbortSignal): Promise<boolean> {
  try {
    await withConnection(broker, signal, (transport) => attempt.try(transport));
    return true;
  } catch (error) {
    if (error instanceof TransportError) return false;
    throw error;
  }
}

function refused(missing: readonly Right[], broker: BrokerAccess): Finding {
  const { resource } = broker;
  const named = missing.map((right) => `${right.action} on ${right.resource}`).join('\n');
  const detail = `expected to be allowed, found refused:\n${named}`;
  if (resource === undefined) {
    return fail('LLX_BROKER_REFUSED', detail, 'Allow it in the broker’s access rules for this user.');
  }
  const actions = [...new Set(missing.map(({ action }) => action))];
  const statements = actions.map((action) =>
    policyStatement(
      action,
      missing.filter((right) => right.action === action).map((right) => resource(right.resource)),
    ),
  );
  return fail('LLX_AWS_DENIED', detail, `Add to a policy of yours:\n${statements.join(',\n')}`);
}
