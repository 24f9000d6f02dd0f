import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateQueueCommand, SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DEVELOPMENT_KEY } from '../../src/signature/development-key.ts';
import { NODE_FUNCTION, zipOf } from '../../test/support/deployed-code.ts';
import { startLlx } from '../child.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const ROUNDS = 5;
const FUNCTIONS = 1_000;
const MESSAGES = 100_000;
const BATCH = 10;
const AT_ONCE = 8;

type Start = { readonly startMs: number; readonly residentMb: number };

/** What 1,000 deployed functions and 100,000 queued messages add to an emulator's start, and to its memory. */
export async function fullState(): Promise<readonly Line[]> {
  const directory = await mkdtemp(join(tmpdir(), 'llx-bench-state-'));
  try {
    const empty = await starts(directory);
    await fill(directory);
    const full = await starts(directory);
    return [
      {
        name: 'emulator with 1,000 functions and 100,000 messages, start → ready',
        value: full.startMs,
        unit: 'ms',
        floor: empty.startMs,
        floorName: 'an empty one',
        bar: { ratio: 1.5, better: 'lower' },
      },
      {
        name: 'the same, memory when ready',
        value: full.residentMb,
        unit: 'MB',
        floor: empty.residentMb,
        floorName: 'an empty one',
        bar: { ratio: 1.5, better: 'lower' },
      },
    ];
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function starts(directory: string): Promise<Start> {
  const rounds: Start[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const llx = await startLlx(['emulator', '--wss-port', '0', '--mtls-port', '0'], directory);
    // The first round fills the compile cache.
    if (round > 0) rounds.push({ startMs: llx.startMs, residentMb: residentMb(llx.process.pid) });
    await llx.stop();
  }
  return {
    startMs: median(rounds.map(({ startMs }) => startMs)),
    residentMb: median(rounds.map((round) => round.residentMb)),
  };
}

/** NaN where there is no /proc. */
function residentMb(pid: number | undefined): number {
  try {
    const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) / 1024;
  } catch {
    return Number.NaN;
  }
}

async function fill(directory: string): Promise<void> {
  const llx = await startLlx(['emulator', '--wss-port', '0', '--mtls-port', '0'], directory);
  const settings = { endpoint: llx.ready.endpoint, region: 'us-east-1', credentials: DEVELOPMENT_KEY };
  const lambda = new LambdaClient(settings);
  const sqs = new SQSClient(settings);
  try {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'full' }));
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = async () => 1;' });
    await inLanes(FUNCTIONS, async (n) => {
      const FunctionName = `function-${n}`;
      await lambda.send(new CreateFunctionCommand({ ...NODE_FUNCTION, FunctionName, Code: { ZipFile } }));
    });
    await inLanes(MESSAGES / BATCH, async (n) => {
      const Entries = Array.from({ length: BATCH }, (_, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify({ order: n * BATCH + index, text: 'x'.repeat(100) }),
      }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    });
  } finally {
    lambda.destroy();
    sqs.destroy();
    await llx.stop();
  }
}

async function inLanes(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
