import { expect, test } from 'vitest';
import { parseFrame } from './frame.ts';
import { PeerKeys } from './peer-keys.ts';
import { deriveKeys, generateKeyPair, keyPairFrom, openFrame, sealFrame } from './seal.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:hello';
const stub = generateKeyPair();
const session = generateKeyPair();

function keys(own: Parameters<typeof deriveKeys>[0], side: 'stub' | 'session', peer: Uint8Array) {
  const pair = deriveKeys(own, side, peer);
  if (pair === undefined) throw new Error('expected keys');
  return { send: pair.send.export().toString('hex'), receive: pair.receive.export().toString('hex') };
}

test('both sides derive the same two keys, one for each direction', () => {
  const ofStub = keys(stub, 'stub', session.publicKey);
  const ofSession = keys(session, 'session', stub.publicKey);
  expect(ofSession).toEqual({ send: ofStub.receive, receive: ofStub.send });
  expect(ofStub.send).not.toBe(ofStub.receive);
});

test('each pair of peers has keys of its own', () => {
  expect(keys(stub, 'stub', session.publicKey)).not.toEqual(
    keys(generateKeyPair(), 'stub', session.publicKey),
  );
});

// RFC 7748 §6.1
test('the public key of a private key is that of the RFC', () => {
  const alice = keyPairFrom(
    Buffer.from('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a', 'hex'),
  );
  expect(Buffer.from(alice.publicKey).toString('hex')).toBe(
    '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
  );
});

// https://cr.yp.to/ecdh.html#validate
test.each([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
])('the low-order public key %s is refused', (hex) => {
  expect(deriveKeys(session, 'session', Buffer.from(hex, 'hex'))).toBeUndefined();
  expect(new PeerKeys(session, 'session').of(Buffer.from(hex, 'hex'))).toBeUndefined();
});

test('a public key of another length is refused', () => {
  for (const length of [0, 31, 33]) {
    expect(deriveKeys(session, 'session', new Uint8Array(length).fill(9))).toBeUndefined();
  }
});

test('keys of a peer are derived once, and again after it was forgotten', () => {
  const peers = new PeerKeys(session, 'session', 2);
  const first = peers.of(stub.publicKey);
  peers.of(generateKeyPair().publicKey);
  expect(peers.of(stub.publicKey)).toBe(first);
  peers.of(generateKeyPair().publicKey);
  expect(peers.of(stub.publicKey)).toBe(first); // used in between: others were forgotten
  peers.of(generateKeyPair().publicKey);
  peers.of(generateKeyPair().publicKey);
  expect(peers.of(stub.publicKey)).not.toBe(first);
});

test('no bit of a frame can be changed, nor its function, nor its key', () => {
  const sending = deriveKeys(stub, 'stub', session.publicKey);
  const receiving = deriveKeys(session, 'session', stub.publicKey);
  if (sending === undefined || receiving === undefined) throw new Error('expected keys');
  const piece = Buffer.from('piece of a message');
  const header = {
    kind: 'offer',
    id: 'ab'.repeat(16),
    sequence: 0,
    count: 1,
    encoding: 'identity',
    encodedBytes: piece.byteLength,
    bodyBytes: piece.byteLength,
    number: 7,
    publicKey: stub.publicKey,
  } as const;
  const sealed = sealFrame(header, piece, {
    key: sending.send,
    functionArn: ARN,
    nonce: new Uint8Array(12).fill(5),
  });
  const open = (bytes: Uint8Array, key = receiving.receive, functionArn = ARN) => {
    const frame = parseFrame(bytes);
    return typeof frame === 'string' ? undefined : openFrame(frame, key, functionArn);
  };

  expect(open(sealed)).toEqual(piece);
  expect(open(sealed, receiving.send)).toBeUndefined();
  expect(open(sealed, receiving.receive, `${ARN}2`)).toBeUndefined();
  for (let bit = 0; bit < sealed.byteLength * 8; bit++) {
    const altered = Buffer.from(sealed);
    altered[bit >>> 3] = (altered[bit >>> 3] ?? 0) ^ (1 << (bit & 7));
    expect(open(altered)).toBeUndefined();
  }
});
