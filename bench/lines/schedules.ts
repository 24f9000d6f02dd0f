import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';
import { startLlx } from '../child.ts';
import type { Line } from '../line.ts';

const SCHEDULES = 1_000;
const AT_ONCE = 8;
/** Until all schedules are due: they have to be made before. */
const MARGIN_MS = 3_000;
const ARN = 'arn:aws:sqs:us-east-1:000000000000:runs';

/** A thousand schedules of one second: how late the last of their runs is, against sending as many messages. */
export async function schedules(): Promise<readonly Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-bench-schedules-'));
  const llx = await startLlx(['emulator', '--wss-port', '0', '--mtls-port', '0'], directory);
  const settings = { endpoint: llx.ready.endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY };
  const scheduler = new SchedulerClient(settings);
  const sqs = new SQSClient(settings);
  try {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'runs' }));
    const { QueueUrl: sent = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'sent' }));
    const makingAt = performance.now();
    // Far away first, so that making them takes none of the time that is measured.
    await inLanes((n) => makeSchedule(scheduler, n, Date.now() + 3_600_000));
    const making = performance.now() - makingAt;
    const sendingAt = performance.now();
    await inLanes((n) => sqs.send(new SendMessageCommand({ QueueUrl: sent, MessageBody: String(n) })));
    const sending = performance.now() - sendingAt;
    const dueAt = Math.ceil((Date.now() + making + MARGIN_MS) / 1000) * 1000;
    await inLanes((n) => makeSchedule(scheduler, SCHEDULES + n, dueAt));
    await arrival(sqs, QueueUrl, dueAt);
    const lateness = Date.now() - dueAt;
    return [
      {
        name: '1,000 schedules of one second, due → the last run delivered',
        value: lateness,
        unit: 'ms',
        floor: sending,
        floorName: 'SendMessage as often',
        bar: { ratio: 1, better: 'lower' },
      },
      {
        name: '1,000 schedules made',
        value: making,
        unit: 'ms',
        floor: sending,
        floorName: 'SendMessage as often',
      },
    ];
  } finally {
    scheduler.destroy();
    sqs.destroy();
    await llx.stop();
    await rm(directory, { recursive: true });
  }
}

async function makeSchedule(scheduler: SchedulerClient, n: number, at: number): Promise<void> {
  await scheduler.send(
    new CreateScheduleCommand({
      Name: `run-${n}`,
      ScheduleExpression: `at(${new Date(at).toISOString().slice(0, 19)})`,
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: ARN, RoleArn: 'arn:aws:iam::000000000000:role/bench', Input: String(n) },
    }),
  );
}

/** All runs are in the queue. */
async function arrival(sqs: SQSClient, QueueUrl: string, dueAt: number): Promise<void> {
  const name: QueueAttributeName = 'ApproximateNumberOfMessages';
  await new Promise((resolve) => setTimeout(resolve, dueAt - Date.now()));
  for (;;) {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }),
    );
    if (Number(Attributes?.[name]) >= SCHEDULES) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function inLanes(work: (n: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < SCHEDULES) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
