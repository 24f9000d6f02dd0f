import { aws_lambda_event_sources, aws_sqs, Duration, type Stack } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { orders, synthesizeLive } from './live-app.test-support.ts';

const timeout = Duration.minutes(5);

function consumer(visibility?: Duration) {
  return (stack: Stack): void => {
    const queue = new aws_sqs.Queue(
      stack,
      'Queue',
      visibility === undefined ? {} : { visibilityTimeout: visibility },
    );
    orders(stack, { events: [new aws_lambda_event_sources.SqsEventSource(queue)] });
  };
}

const warning = (seconds: number): string =>
  `/Shop/Orders: While it is live this function may run for 300 s, and the queue Shop/Queue shows a message again after ${seconds} s. A message that comes again before its handler is done is handled twice, and Lambda refuses to create such a mapping anew. Give the queue a visibilityTimeout of at least 300 s (AWS advises six times the timeout: 1800 s), or enable llx with a shorter timeout. [ack: llx:visibility-timeout]`;

test('a queue whose messages come again too soon is named, with the value to set', () => {
  expect(synthesizeLive(consumer(), { timeout }).warnings).toEqual([warning(30)]);
  expect(synthesizeLive(consumer(Duration.minutes(2)), { timeout }).warnings).toEqual([warning(120)]);
});

test('a queue that waits long enough is no problem', () => {
  expect(synthesizeLive(consumer(timeout), { timeout }).warnings).toEqual([]);
});

test('a timeout that stays is no business of llx', () => {
  expect(synthesizeLive(consumer()).warnings).toEqual([]);
});

test('an alias that reads from the queue is the function', () => {
  const { warnings } = synthesizeLive(
    (stack) => {
      const alias = orders(stack).addAlias('live');
      alias.addEventSource(new aws_lambda_event_sources.SqsEventSource(new aws_sqs.Queue(stack, 'Queue')));
    },
    { timeout },
  );
  expect(warnings).toEqual([warning(30)]);
});

test('of a queue that is not in the app the visibility is not known', () => {
  const { warnings } = synthesizeLive(
    (stack) => {
      const queue = aws_sqs.Queue.fromQueueArn(stack, 'Queue', 'arn:aws:sqs:eu-west-1:111122223333:imported');
      orders(stack, { events: [new aws_lambda_event_sources.SqsEventSource(queue)] });
    },
    { timeout },
  );
  expect(warnings).toEqual([
    expect.stringContaining(
      'the visibility timeout of arn:aws:sqs:eu-west-1:111122223333:imported, which is not in this app, is not known',
    ),
  ]);
});
