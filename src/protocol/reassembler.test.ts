import { createHash, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DropCounter } from './drops.ts';
import { FRAME_BYTES, LAMBDA, MESSAGE_BYTES, PROTOCOL_VERSION } from './limits.ts';
import type { Encoding, Message, OfferMeta } from './message.ts';
import { encodeMessage } from './message-encoder.ts';
import { PeerKeys } from './peer-keys.ts';
import { newInvocationId } from './random.ts';
import { Reassembler, type Reception } from './reassembler.ts';
import { generateKeyPair, type KeyPair, sealFrame } from './seal.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:hello';
const ID = '000102030405060708090a0b0c0d0e0f';
const META: OfferMeta = {
  requestId: '8f5b1c9e-1c2d-4b7a-9a3e-0d6f1b2c3d4e',
  invokedFunctionArn: ARN,
  functionName: 'hello',
  functionVersion: '$LATEST',
  memoryLimitInMB: '128',
  logGroupName: '/aws/lambda/hello',
  logStreamName: 'stream',
  lane: 'default',
  remainingMs: 3000,
  claimTimeoutMs: 1500,
  encodings: [],
};

const session = generateKeyPair();
const stub = generateKeyPair();

/** A stub's end of the wire. */
class Sender {
  readonly own: KeyPair;
  readonly #keys: PeerKeys;

  constructor(own: KeyPair = generateKeyPair()) {
    this.own = own;
    this.#keys = new PeerKeys(own, 'stub');
  }

  get key() {
    const keys = this.#keys.of(session.publicKey);
    if (keys === undefined) throw new Error('expected keys');
    return keys.send;
  }

  frames(message: Message, number = 0, encodings: readonly Encoding[] = []): readonly Buffer[] {
    return encodeMessage(message, {
      key: this.key,
      functionArn: ARN,
      publicKey: this.own.publicKey,
      encodings,
      number,
    });
  }

  /** The frame of a body that the encoder would not make. */
  frame(body: Uint8Array): Buffer {
    const header = {
      kind: 'offer',
      id: ID,
      sequence: 0,
      count: 1,
      encoding: 'identity',
      encodedBytes: body.byteLength,
      bodyBytes: body.byteLength,
      number: 0,
      publicKey: this.own.publicKey,
    } as const;
    return sealFrame(header, body, { key: this.key, functionArn: ARN, nonce: randomBytes(12) });
  }
}

function receiver(limits?: { messages: number; bytes: number; expiryMs: number }) {
  const keys = new PeerKeys(session, 'session');
  const drops = new DropCounter();
  const reassembler = new Reassembler({
    receiver: 'session',
    keyOf: (frame) => frame.publicKey && keys.of(frame.publicKey)?.receive,
    drops,
    ...(limits === undefined ? {} : { limits }),
  });
  return {
    drops,
    reassembler,
    accept: (frame: Uint8Array, now = 0) => digested(reassembler.accept(frame, ARN, now)),
  };
}

function offer(payload: Uint8Array, id: string = ID): Message {
  return { kind: 'offer', id, meta: META, payload: Buffer.from(payload) };
}

/** Incompressible, so it takes that many frames whatever the encoding. */
function offerOf(frames: number, id: string = newInvocationId()): Message {
  return offer(randomBytes((frames - 1) * FRAME_BYTES + 1), id);
}

const sender = new Sender(stub);

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new RangeError(`expected an item ${index}, got ${items.length} items`);
  return item;
}

/** With the digest of the payload in its place: megabytes are compared in no time. */
function digested(reception: Reception<Message>) {
  if (reception.status !== 'complete') return reception;
  const { message } = reception;
  return {
    ...reception,
    message: { ...message, payload: createHash('sha256').update(message.payload).digest('hex') },
  };
}

function complete(message: Message, number = 0) {
  return digested({ status: 'complete', message, number, publicKey: Buffer.from(stub.publicKey) });
}

/** An order of frames with some of them twice. */
const deliveries = (count: number) =>
  fc.array(fc.nat(count - 1), { maxLength: 5 }).chain((twice) =>
    fc.shuffledSubarray([...Array.from({ length: count }, (_, index) => index), ...twice], {
      minLength: count + twice.length,
    }),
  );

describe('a message', () => {
  test('of one frame is complete with it, and nothing is held', () => {
    const { accept, reassembler } = receiver();
    const message = offer(Buffer.from('{"name":"Ada"}'));
    const [frame, ...others] = sender.frames(message, 7);
    expect(others).toEqual([]);
    expect(accept(frame ?? Buffer.alloc(0))).toEqual(complete(message, 7));
    expect(reassembler.pending).toEqual({ messages: 0, bytes: 0 });
  });

  test('with any JSON event arrives byte for byte', () => {
    const events = fc.oneof(
      fc.json({ stringUnit: 'binary' }),
      // What other wire formats stumble over.
      fc.constantFrom('"\u2028\u2029"', '"\ud800"', '"\\ud800"', '"👩‍👩‍👧‍👦"', '"漢字"', '""', 'null'),
    );
    fc.assert(
      fc.property(events, fc.subarray<Encoding>(['zstd', 'deflate']), (event, encodings) => {
        const { accept } = receiver();
        const message = offer(Buffer.from(event));
        expect(sender.frames(message, 0, encodings).map((frame) => accept(frame))).toEqual([
          complete(message),
        ]);
      }),
    );
  });

  test('of several frames arrives in any order, with any of them twice', () => {
    const message = offerOf(5, ID);
    const frames = sender.frames(message);
    expect(frames).toHaveLength(5);
    fc.assert(
      fc.property(deliveries(5), (order) => {
        const { accept, drops, reassembler } = receiver();
        const receptions = order.map((sequence) => accept(at(frames, sequence)));
        expect(receptions.filter(({ status }) => status === 'complete')).toEqual([complete(message)]);
        expect(receptions.filter(({ status }) => status === 'incomplete')).toHaveLength(4);
        expect(drops.counts()).toEqual(order.length === 5 ? {} : { 'message-duplicate': order.length - 5 });
        expect(reassembler.pending).toEqual({ messages: 0, bytes: 0 });
      }),
      { numRuns: 40 },
    );
  });

  // Three bytes to a character, at all three alignments: a border between frames cuts one in the middle.
  test.each([0, 1, 2])('with characters cut by the border of frames arrives byte for byte (%i)', (offset) => {
    const { accept } = receiver();
    const message = offer(Buffer.from(JSON.stringify('a'.repeat(offset) + '漢'.repeat(150_000))));
    const receptions = sender.frames(message).map((frame) => accept(frame));
    expect(receptions.at(-1)).toEqual(complete(message));
    expect(receptions.length).toBeGreaterThan(3);
  });

  test('with a payload that is no UTF-8 arrives byte for byte', () => {
    const { accept } = receiver();
    const message = offer(Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28));
    expect(sender.frames(message).map((frame) => accept(frame))).toEqual([complete(message)]);
  });

  test.each<[string, readonly Encoding[]]>([
    ['as it is', []],
    ['with zstd', ['zstd']],
    ['with deflate', ['deflate']],
  ])('of 6 MiB of JSON passes %s', (_how, encodings) => {
    const item = JSON.stringify({ id: 'order', name: 'Zürich 漢字 👋', tags: ['a', 'b'] });
    const items = Array.from(
      { length: Math.floor(LAMBDA.requestBytes / (Buffer.byteLength(item) + 1)) },
      () => item,
    );
    const message = offer(Buffer.from(`[${items.join(',')}]`.padEnd(LAMBDA.requestBytes - 4 * items.length)));
    const { accept, drops } = receiver();
    const frames = sender.frames(message, 0, encodings);
    expect(frames.every((frame) => frame.byteLength <= FRAME_BYTES)).toBe(true);
    expect(frames.map((frame) => accept(frame)).at(-1)).toEqual(complete(message));
    expect(drops.total).toBe(0);
  });

  test('that fills the bound passes', () => {
    const { accept } = receiver();
    const overhead = 4 + Buffer.byteLength(JSON.stringify(META));
    const message = offer(randomBytes(MESSAGE_BYTES - overhead));
    expect(
      sender
        .frames(message)
        .map((frame) => accept(frame))
        .at(-1),
    ).toEqual(complete(message));
  });
});

describe('frames of several messages', () => {
  test('do not mix: each message is complete with its own', () => {
    const { accept } = receiver();
    const messages = [offerOf(2), offerOf(3), offerOf(2)];
    const all = messages.map((message) => sender.frames(message));
    const interleaved = [0, 1, 2].flatMap((sequence) => all.flatMap((frames) => frames[sequence] ?? []));
    const completed = interleaved.map((frame) => accept(frame)).filter(({ status }) => status === 'complete');
    expect(completed).toEqual([
      complete(at(messages, 0)),
      complete(at(messages, 2)),
      complete(at(messages, 1)),
    ]);
  });

  test('with the same id and number do not mix when their senders differ', () => {
    const { accept } = receiver();
    const other = new Sender();
    const mine = sender.frames(offerOf(2, ID));
    const theirs = other.frames(offerOf(2, ID));
    expect(accept(at(mine, 0)).status).toBe('incomplete');
    expect(accept(at(theirs, 1)).status).toBe('incomplete');
    expect(accept(at(mine, 1)).status).toBe('complete');
    expect(accept(at(theirs, 0)).status).toBe('complete');
  });

  test('that disagree about the message are dropped without harm to it', () => {
    const { accept, drops } = receiver();
    const message = offerOf(2, ID);
    const frames = sender.frames(message);
    accept(at(frames, 0));
    expect(accept(at(sender.frames(offerOf(3, ID)), 1))).toEqual({
      status: 'dropped',
      reason: 'message-conflicting',
    });
    expect(accept(at(sender.frames(offer(Buffer.from('1'))), 0))).toEqual({
      status: 'dropped',
      reason: 'message-conflicting',
    });
    expect(accept(at(frames, 1))).toEqual(complete(message));
    expect(drops.counts()).toEqual({ 'message-conflicting': 2 });
  });
});

describe('a late duplicate', () => {
  test.each([1, 3])('of a complete message of %i frames is recognised, and says whose it is', (count) => {
    const { accept, drops, reassembler } = receiver();
    const frames = sender.frames(offerOf(count, ID), 9);
    for (const frame of frames) accept(frame);
    for (const frame of frames) {
      expect(accept(frame)).toMatchObject({
        status: 'duplicate',
        frame: { kind: 'offer', id: ID, number: 9 },
      });
    }
    expect(drops.counts()).toEqual({ 'message-duplicate': count });
    expect(reassembler.pending).toEqual({ messages: 0, bytes: 0 });
  });

  test('is another message when its number is another', () => {
    const { accept } = receiver();
    const message = offer(Buffer.from('1'));
    expect(accept(at(sender.frames(message, 1), 0))).toEqual(complete(message, 1));
    expect(accept(at(sender.frames(message, 2), 0))).toEqual(complete(message, 2));
  });

  test('that comes after thousands of other messages may be taken for new: memory is bounded', () => {
    const { accept } = receiver();
    const first = at(sender.frames(offer(Buffer.from('1'))), 0);
    accept(first);
    for (let count = 0; count < 4096; count++) {
      accept(at(sender.frames(offer(Buffer.from('1'), newInvocationId())), 0));
    }
    expect(accept(first).status).toBe('complete');
  });
});

describe('what is not a frame of a peer', () => {
  test('is dropped and counted, bit by bit, and does not disturb the message', () => {
    const { accept, drops } = receiver();
    const message = offer(Buffer.from('{}'));
    const frame = at(sender.frames(message), 0);
    let altered = 0;
    for (let bit = 0; bit < frame.byteLength * 8; bit += 3) {
      const bytes = Buffer.from(frame);
      bytes[bit >>> 3] = (bytes[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
      expect(accept(bytes).status).toBe('dropped');
      altered += 1;
    }
    expect(drops.total).toBe(altered);
    expect(accept(frame)).toEqual(complete(message));
  });

  test('is dropped and counted when it is cut short', () => {
    const { accept, drops } = receiver();
    const frame = at(sender.frames(offer(Buffer.from('{}'))), 0);
    for (let length = 0; length < frame.byteLength; length++) accept(frame.subarray(0, length));
    expect(drops.counts()).toEqual({ 'frame-truncated': frame.byteLength });
  });

  test('is dropped and counted when it is arbitrary, and nothing is held for it', () => {
    const payloads = fc
      .tuple(fc.boolean(), fc.uint8Array({ maxLength: 500 }))
      .map(([plausible, bytes]) =>
        plausible ? Buffer.concat([Uint8Array.of(PROTOCOL_VERSION), bytes]) : bytes,
      );
    const { accept, drops, reassembler } = receiver();
    let count = 0;
    fc.assert(
      fc.property(payloads, (payload) => {
        expect(accept(payload).status).toBe('dropped');
        count += 1;
        expect(drops.total).toBe(count);
        expect(reassembler.pending).toEqual({ messages: 0, bytes: 0 });
      }),
      { numRuns: 1000 },
    );
  });

  test('names its reason: another function, an unknown key, the wrong direction, a body that is none', () => {
    const { drops, reassembler, accept } = receiver();
    const frame = at(sender.frames(offer(Buffer.from('{}'))), 0);
    expect(reassembler.accept(frame, `${ARN}2`)).toEqual({ status: 'dropped', reason: 'seal-broken' });

    const strangers = new Reassembler({ receiver: 'session', keyOf: () => undefined, drops });
    expect(strangers.accept(frame, ARN)).toEqual({ status: 'dropped', reason: 'seal-unknown-key' });

    const atTheStub = new Reassembler({ receiver: 'stub', keyOf: () => sender.key, drops });
    expect(atTheStub.accept(frame, ARN)).toEqual({ status: 'dropped', reason: 'frame-kind' });

    expect(accept(sender.frame(Buffer.from('no body')))).toEqual({
      status: 'dropped',
      reason: 'body-malformed',
    });
    expect(drops.counts()).toEqual({
      'seal-broken': 1,
      'seal-unknown-key': 1,
      'frame-kind': 1,
      'body-malformed': 1,
    });
  });

  test('is dropped when it inflates to something else than its header says', () => {
    const { accept } = receiver();
    const header = {
      kind: 'offer',
      id: ID,
      sequence: 0,
      count: 1,
      encoding: 'zstd',
      encodedBytes: 4,
      bodyBytes: MESSAGE_BYTES,
      number: 0,
      publicKey: stub.publicKey,
    } as const;
    const seal = { key: sender.key, functionArn: ARN, nonce: randomBytes(12) };
    expect(accept(sealFrame(header, Buffer.from('nope'), seal))).toEqual({
      status: 'dropped',
      reason: 'body-inflated',
    });
  });
});

describe('what is held', () => {
  test('is what has arrived, never what was announced', () => {
    const { accept, reassembler } = receiver();
    const frames = sender.frames(offer(randomBytes(LAMBDA.requestBytes)));
    accept(at(frames, 0));
    expect(reassembler.pending).toEqual({ messages: 1, bytes: expect.any(Number) });
    expect(reassembler.pending.bytes).toBeLessThan(FRAME_BYTES);
  });

  test('is bounded in messages: the oldest goes', () => {
    const { accept, drops, reassembler } = receiver({ messages: 2, bytes: 2 ** 30, expiryMs: 1000 });
    const all = [1, 2, 3].map(() => sender.frames(offerOf(2)));
    for (const frames of all) accept(at(frames, 0));
    expect(drops.counts()).toEqual({ 'reassembly-full': 1 });
    expect(reassembler.pending.messages).toBe(2);
    // The latest first: each that completes makes room, the oldest is only now begun again.
    expect(all.toReversed().map((frames) => accept(at(frames, 1)).status)).toEqual([
      'complete',
      'complete',
      'incomplete',
    ]);
  });

  test('is bounded in bytes: the oldest goes', () => {
    const { accept, drops, reassembler } = receiver({
      messages: 100,
      bytes: 2 * FRAME_BYTES,
      expiryMs: 1000,
    });
    for (let message = 0; message < 10; message++) {
      for (const frame of sender.frames(offerOf(3)).slice(0, 2)) accept(frame);
      expect(reassembler.pending.bytes).toBeLessThanOrEqual(2 * FRAME_BYTES);
    }
    expect(drops.count('reassembly-full')).toBeGreaterThan(7);
  });

  test('of one peer is not pushed out by a flood of another', () => {
    const { accept } = receiver({ messages: 8, bytes: 8 * FRAME_BYTES, expiryMs: 1000 });
    const message = offerOf(5, ID);
    const frames = sender.frames(message);
    for (const frame of frames.slice(0, 4)) accept(frame);
    const flood = new Sender();
    for (let count = 0; count < 50; count++) accept(at(flood.frames(offerOf(2)), 0));
    expect(accept(at(frames, 4))).toEqual(complete(message));
  });

  test('is let go when nothing new has come for too long', () => {
    const { accept, drops, reassembler } = receiver({ messages: 8, bytes: 2 ** 30, expiryMs: 1000 });
    const slow = sender.frames(offerOf(3));
    const dead = sender.frames(offerOf(3));
    accept(at(slow, 0), 0);
    accept(at(dead, 0), 0);
    accept(at(slow, 1), 900);
    accept(at(dead, 0), 900); // a duplicate is nothing new
    reassembler.expire(999);
    expect(reassembler.pending.messages).toBe(2);
    reassembler.expire(1000);
    expect(reassembler.pending.messages).toBe(1);
    expect(drops.counts()).toEqual({ 'message-duplicate': 1, 'reassembly-expired': 1 });
    expect(accept(at(slow, 2), 1001).status).toBe('complete');
  });

  test('of an invocation that has ended is let go', () => {
    const { accept, drops, reassembler } = receiver();
    accept(at(sender.frames(offerOf(2, ID)), 0));
    accept(at(sender.frames(offerOf(2)), 0));
    reassembler.forget(ID);
    expect(reassembler.pending.messages).toBe(1);
    expect(drops.counts()).toEqual({ 'invocation-ended': 1 });
  });
});

describe('missing frames', () => {
  test('are named when nothing came for a while, and complete the message when they are sent again', () => {
    const { accept, reassembler } = receiver();
    const message = offerOf(4, ID);
    const frames = sender.frames(message, 5);
    accept(at(frames, 1), 0);
    accept(at(frames, 3), 100);
    expect(reassembler.missing(399, 300)).toEqual([]);
    expect(reassembler.missing(400, 300)).toEqual([
      {
        id: ID,
        functionArn: ARN,
        publicKey: new Uint8Array(stub.publicKey),
        meta: { kind: 'offer', number: 5, sequences: [0, 2] },
      },
    ]);
    accept(at(frames, 2), 450);
    expect(accept(at(frames, 0), 451)).toEqual(complete(message, 5));
    expect(reassembler.missing(10_000, 300)).toEqual([]);
  });

  test('are named again after pauses that double, and at the first pace once something came', () => {
    const { accept, reassembler } = receiver();
    const frames = sender.frames(offerOf(3));
    accept(at(frames, 0), 0);
    const asked: number[] = [];
    for (let now = 0; now <= 5000; now += 100) if (reassembler.missing(now, 300).length > 0) asked.push(now);
    expect(asked).toEqual([300, 900, 2100, 4500]);
    accept(at(frames, 1), 5000);
    expect(reassembler.missing(5299, 300)).toEqual([]);
    expect(reassembler.missing(5300, 300)).toHaveLength(1);
  });
});
