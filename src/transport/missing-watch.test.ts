import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DropCounter } from '../protocol/drops.ts';
import { LAMBDA, REASSEMBLY } from '../protocol/limits.ts';
import type { Message } from '../protocol/message.ts';
import { encodeMessage } from '../protocol/message-encoder.ts';
import { PeerKeys } from '../protocol/peer-keys.ts';
import { type MissingFrames, Reassembler } from '../protocol/reassembler.ts';
import { generateKeyPair } from '../protocol/seal.ts';
import { MissingWatch } from './missing-watch.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:hello';
const ID = '000102030405060708090a0b0c0d0e0f';
const AFTER_MS = 300;

const session = generateKeyPair();
const stub = generateKeyPair();

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** The frames of an answer that needs several. */
function frames(): readonly Buffer[] {
  const key = new PeerKeys(session, 'session').of(stub.publicKey)?.send;
  if (key === undefined) throw new Error('expected a key');
  const message: Message = {
    kind: 'result',
    id: ID,
    meta: { durationMs: 1, logs: [] },
    payload: randomBytes(LAMBDA.asyncRequestBytes / 4),
  };
  return encodeMessage(message, { key, functionArn: ARN, encodings: [] });
}

function watched() {
  const key = new PeerKeys(stub, 'stub').of(session.publicKey)?.receive;
  const drops = new DropCounter();
  const reassembler = new Reassembler({ receiver: 'stub', keyOf: () => key, drops });
  const asked: MissingFrames[] = [];
  const watch = new MissingWatch({
    reassembler,
    afterMs: AFTER_MS,
    onMissing: (missing) => asked.push(missing),
  });
  const accept = (frame: Buffer | undefined) => reassembler.accept(frame ?? Buffer.alloc(0), ARN);
  return { reassembler, watch, asked, drops, accept };
}

it('asks for the frames that are missing after a pause', () => {
  const { watch, asked, accept } = watched();
  const [, second] = frames();
  accept(second);
  watch.arm();
  vi.advanceTimersByTime(AFTER_MS - 1);
  expect(asked).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(asked).toEqual([
    {
      id: ID,
      functionArn: ARN,
      publicKey: undefined,
      meta: { kind: 'result', number: 0, sequences: [0, 2] },
    },
  ]);
});

it('asks nothing when the message was completed meanwhile, and has no timer then', () => {
  const { watch, asked, accept } = watched();
  const [first, ...rest] = frames();
  accept(first);
  watch.arm();
  for (const frame of rest) accept(frame);
  vi.advanceTimersByTime(AFTER_MS);
  expect(asked).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

it('has one timer, however often it is armed', () => {
  const { watch, accept } = watched();
  accept(frames()[0]);
  for (let n = 0; n < 100; n += 1) watch.arm();
  expect(vi.getTimerCount()).toBe(1);
});

it('lets go of a message that never comes, counts it, and rests', () => {
  const { watch, reassembler, drops, accept } = watched();
  accept(frames()[0]);
  watch.arm();
  vi.advanceTimersByTime(REASSEMBLY.expiryMs + AFTER_MS);
  expect(reassembler.pending).toEqual({ messages: 0, bytes: 0 });
  expect(drops.counts()).toEqual({ 'reassembly-expired': 1 });
  expect(vi.getTimerCount()).toBe(0);
});

it('is silent after close(), and cannot be armed again', () => {
  const { watch, asked, accept } = watched();
  accept(frames()[0]);
  watch.arm();
  watch.close();
  watch.close();
  watch.arm();
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(10 * AFTER_MS);
  expect(asked).toEqual([]);
});

it('keeps no process alive', () => {
  vi.useRealTimers();
  const { watch, accept } = watched();
  accept(frames()[0]);
  const before = process.getActiveResourcesInfo().length;
  watch.arm();
  // Timers that are unreferenced are not among them.
  expect(process.getActiveResourcesInfo()).toHaveLength(before);
  watch.close();
});
