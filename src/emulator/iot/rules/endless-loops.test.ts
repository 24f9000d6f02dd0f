import { CreateTopicRuleCommand, IoTClient, type TopicRulePayload } from '@aws-sdk/client-iot';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { EventsWorld, ROLE } from '../../events/events.test-support.ts';

let world: EventsWorld;
let client: IoTClient;
beforeEach(async () => {
  world = await EventsWorld.open();
  client = world.client(IoTClient);
});
afterEach(() => world.close());

async function rule(topicRulePayload: TopicRulePayload, ruleName = 'hot'): Promise<void> {
  await client.send(new CreateTopicRuleCommand({ ruleName, topicRulePayload }));
}

function publish(topic: string, value: unknown): void {
  world.message({ topic, payload: Buffer.from(JSON.stringify(value)), clientId: 'sensor' });
}

test('a message makes no more than 1,000 others, however many each of them makes', async () => {
  const six = Array.from({ length: 6 }, () => ({ republish: { topic: 'loop', roleArn: ROLE } }));
  await rule({ sql: "SELECT * FROM 'loop'", actions: six }, 'loop');
  publish('loop', { n: 0 });
  // What was taken is done then.
  await world.restart();
  expect(world.published).toHaveLength(1_000);
  expect(world.notices).toContain(
    'IoT rules have made 1000 messages of one of loop: no more of it is republished.',
  );
  expect(world.notices.length).toBeLessThan(6);
});

test('a message that no function takes is told once, and counted', async () => {
  const gone = 'arn:aws:lambda:us-east-1:000000000000:function:gone';
  const actions = [{ lambda: { functionArn: gone } }];
  await rule({ sql: "SELECT * FROM 'a'", actions }, 'told');
  for (let n = 0; n < 12; n += 1) publish('a', { n });
  await world.restart();
  const text = `The IoT rule told could not carry out its action lambda: ResourceNotFoundException: Function not found: ${gone}:$LATEST`;
  expect(world.notices).toEqual([text, `${text} (10 times by now)`]);
});

test('a message of a client that goes round and round reaches a rule 1,000 times within ten seconds', async () => {
  const jobs = world.queueArn('jobs');
  const queueUrl = 'http://127.0.0.1:4566/000000000000/jobs';
  await rule({ sql: "SELECT * FROM 'a'", actions: [{ sqs: { queueUrl, roleArn: ROLE } }] });
  for (let n = 0; n < 1_002; n += 1) publish('a', { n });
  await world.restart();
  expect(world.lambda.queues.sent.filter(({ queueArn }) => queueArn === jobs)).toHaveLength(1_000);
  expect(world.notices).toEqual([
    'The IoT rule hot leaves out messages of the client sensor: more than 1000 within 10 seconds. Does what the rule invokes publish on its topic?',
  ]);
});
