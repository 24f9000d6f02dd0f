import { sessionTopic } from '../../protocol/topics.ts';
import { readRetainedBySubscription } from '../../transport/read-retained.ts';
import { withConnection } from './broker-access.ts';
import { type Check, ok } from './check.ts';
import type { DoctorSetup } from './setup.ts';

/** How long a retained message may take after SUBACK where nothing tells that there is none. */
const SILENCE_MS = 1_000;

/** How to learn who holds a lane: by IoT Core's data plane, at other brokers by a subscription. */
export function retainedCheck(setup: DoctorSetup): Check {
  return {
    id: 'retained',
    title: 'Read retained messages',
    needs: ['subscribe'],
    async run(facts, signal) {
      const broker = facts.get('broker');
      const place = facts.find('place');
      if (place === undefined) {
        facts.learn('retained', (topic, aborted) =>
          withConnection(broker, aborted, (transport) =>
            readRetainedBySubscription(transport, SILENCE_MS)(topic, aborted),
          ),
        );
        return ok('by subscription');
      }
      const retained = setup.openRetained(place);
      facts.closeLater(() => retained.close());
      // Nobody has ever published there: the answer is that there is none.
      await retained.read(sessionTopic(`${broker.sessionId}-none`), signal);
      facts.learn('retained', (topic, aborted) => retained.read(topic, aborted));
      return ok('by GetRetainedMessage');
    },
  };
}
