/**
 * Prints the golden vectors of docs/protocol.md: every kind of message with fixed keys, ids and nonces.
 * `--write` puts them into the document (then `npm run format`). A vector that changes is a new version of the
 * protocol.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { encodeBody } from '../src/protocol/body.ts';
import type { BodyEncoding } from '../src/protocol/compression.ts';
import { pieceBytes } from '../src/protocol/frame.ts';
import { type Kind, type Message, SESSION_KINDS } from '../src/protocol/message.ts';
import { encodeMessage } from '../src/protocol/message-encoder.ts';
import { encodePresence, encodeSessionState, type Holder } from '../src/protocol/presence.ts';
import type { RandomBytes } from '../src/protocol/random.ts';
import { deriveKeys, keyPairFrom, type Side, sealFrame } from '../src/protocol/seal.ts';
import { inTopic, outTopic, presenceTopic, sessionTopic } from '../src/protocol/topics.ts';

/** Bytes are hex. */
export type GoldenVectors = {
  readonly functionArn: string;
  readonly stub: { readonly privateKey: string; readonly publicKey: string };
  readonly session: { readonly privateKey: string; readonly publicKey: string };
  readonly keys: { readonly stubToSession: string; readonly sessionToStub: string };
  readonly topics: Readonly<Record<string, string>>;
  readonly retained: Readonly<Record<string, string>>;
  readonly messages: readonly GoldenMessage[];
};

export type GoldenMessage = {
  readonly name: string;
  readonly from: Side;
  readonly kind: Kind;
  readonly id: string;
  readonly number: number;
  readonly meta: unknown;
  readonly payload: string;
  readonly nonces: readonly string[];
  /** Another implementation, or another version of a compressor, may make other frames of the same message. */
  readonly decodeOnly: boolean;
  readonly frames: readonly string[];
};

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:hello';
const SESSION_ID = 'session-1';
const ID = '000102030405060708090a0b0c0d0e0f';
const stub = keyPairFrom(new Uint8Array(32).fill(0x11));
const session = keyPairFrom(new Uint8Array(32).fill(0x22));

const invocationMeta = {
  requestId: '8f5b1c9e-1c2d-4b7a-9a3e-0d6f1b2c3d4e',
  invokedFunctionArn: `${ARN}:live`,
  functionName: 'hello',
  functionVersion: '7',
  memoryLimitInMB: '128',
  logGroupName: '/aws/lambda/hello',
  logStreamName: '2026/11/21/[7]0123456789abcdef0123456789abcdef',
  lane: 'default',
  clientContext: { custom: { 'x-llx-lane': 'default' } },
  traceId: 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1',
} as const;
const offerMeta = {
  ...invocationMeta,
  remainingMs: 3000,
  streaming: false,
  claimTimeoutMs: 1500,
  encodings: ['zstd', 'deflate'],
} as const;
const credentials = {
  accessKeyId: 'ASIAEXAMPLE',
  secretAccessKey: 'a secret',
  sessionToken: 'a token',
  expiresInMs: 3_600_000,
} as const;
const answerMeta = {
  durationMs: 4.25,
  initMs: 61.5,
  maxMemoryMb: 48,
  logs: ['hello \u2028 世界'],
  logsLeftOut: 2,
} as const;
const holder: Holder = {
  sessionId: SESSION_ID,
  publicKey: session.publicKey,
  protocol: { min: 1, max: 1 },
  encodings: ['zstd', 'deflate'],
  since: '2026-11-21T09:00:00.000Z',
  name: 'carol@laptop',
};
const none = new Uint8Array();

type Sample = { readonly name: string; readonly number?: number; readonly message: Message };

const samples: readonly Sample[] = [
  sample({ kind: 'offer', id: ID, meta: offerMeta, payload: Buffer.from('{"name":"Ada"}') }, 1),
  sample({ kind: 'claim', id: ID, meta: { beatIntervalMs: 1500 }, payload: none }),
  sample({ kind: 'beat', id: ID, meta: { beatIntervalMs: 1500 }, payload: none }, 1),
  sample({ kind: 'result', id: ID, meta: answerMeta, payload: Buffer.from('"Hello, Ada 👋"') }),
  sample({
    kind: 'error',
    id: ID,
    meta: { durationMs: 3, logs: [] },
    payload: Buffer.from('{"errorType":"TypeError","errorMessage":"no name","trace":[]}'),
  }),
  sample({ kind: 'withdraw', id: ID, meta: {}, payload: none }),
  sample({
    kind: 'refuse',
    id: ID,
    meta: { code: 'LLX_FUNCTION_UNKNOWN', message: 'not served here' },
    payload: none,
  }),
  sample({ kind: 'cancel', id: ID, meta: {}, payload: none }),
  sample({ kind: 'query', id: ID, meta: {}, payload: none }, 1),
  sample(
    { kind: 'missing', id: ID, meta: { kind: 'result', number: 0, sequences: [1, 3] }, payload: none },
    2,
  ),
  sample({ kind: 'credit', id: ID, meta: { bytes: 1_048_576 }, payload: none }, 3),
  // No UTF-8: a stream is bytes.
  sample({ kind: 'chunk', id: ID, meta: {}, payload: Uint8Array.of(0xff, 0x00, 0xfe) }, 0),
  sample({ kind: 'end', id: ID, meta: { ...answerMeta, failed: false }, payload: none }, 1),
  sample({ kind: 'unknown', id: ID, meta: {}, payload: none }),
  sample({
    kind: 'observe',
    id: ID,
    meta: { ...invocationMeta, failed: false, eventBytes: 14, durationMs: 2.5 },
    payload: Buffer.from('{"name":"Ada"}"Hello, Ada"'),
  }),
];

const withCredentials: Sample = {
  name: 'offer with credentials',
  number: 2,
  message: { kind: 'offer', id: ID, meta: { ...offerMeta, credentials }, payload: Buffer.from('{}') },
};

const long: Message = {
  kind: 'result',
  id: ID,
  meta: { durationMs: 1, logs: [] },
  payload: Buffer.from(JSON.stringify('llx '.repeat(40))),
};

function sample(message: Message, number?: number): Sample {
  return { name: message.kind, message, ...(number === undefined ? {} : { number }) };
}

export function goldenVectors(): GoldenVectors {
  const keys = deriveKeys(stub, 'stub', session.publicKey);
  if (keys === undefined) throw new Error('Expected keys from two good key pairs, got none');
  const missing = samples.find(({ name }) => name === 'missing');
  if (missing === undefined) throw new Error('Expected a sample of every kind, got none of missing');
  return {
    functionArn: ARN,
    stub: { privateKey: hex(new Uint8Array(32).fill(0x11)), publicKey: hex(stub.publicKey) },
    session: { privateKey: hex(new Uint8Array(32).fill(0x22)), publicKey: hex(session.publicKey) },
    keys: { stubToSession: hex(keys.send.export()), sessionToStub: hex(keys.receive.export()) },
    topics: {
      presence: presenceTopic(ARN, 'default'),
      session: sessionTopic(SESSION_ID),
      in: inTopic(ARN, SESSION_ID),
      out: outTopic(ARN, 'stub-1'),
    },
    retained: {
      holder: Buffer.from(encodePresence(holder)).toString(),
      observer: Buffer.from(
        encodePresence({ ...holder, mode: 'observe', credentials: 'forward' }),
      ).toString(),
      nobody: Buffer.from(encodePresence({ sessionId: null })).toString(),
      online: Buffer.from(encodeSessionState({ state: 'online', connection: 1 })).toString(),
      offline: Buffer.from(encodeSessionState({ state: 'offline', connection: 1 })).toString(),
    },
    messages: [
      ...samples.map((each) => encoded(each, senderOf(each.message.kind))),
      encoded(withCredentials, 'stub'),
      encoded({ ...missing, name: 'missing from the session' }, 'session'),
      pieces('result in three frames', 3, 'identity', (body) => body),
      pieces('result compressed with zstd', 1, 'zstd', (body) => zstdCompressSync(body)),
      pieces('result compressed with deflate', 1, 'deflate', (body) => deflateRawSync(body)),
    ],
  };
}

function senderOf(kind: Kind): Side {
  // `missing` goes both ways; its first vector comes from the stub.
  return kind !== 'missing' && SESSION_KINDS.some((each) => each === kind) ? 'session' : 'stub';
}

function encoded({ name, message, number = 0 }: Sample, from: Side): GoldenMessage {
  const nonces = countingNonces(name);
  const frames = encodeMessage(message, {
    key: keyOf(from),
    functionArn: ARN,
    encodings: [],
    number,
    random: nonces.next,
    ...(from === 'stub' ? { publicKey: stub.publicKey } : {}),
  });
  return golden(name, from, message, number, nonces.drawn, false, frames);
}

/** Frames that the encoder would not make of so short a message, but that every decoder must take. */
function pieces(
  name: string,
  count: number,
  encoding: BodyEncoding,
  encode: (body: Buffer) => Buffer,
): GoldenMessage {
  const nonces = countingNonces(name);
  const body = encodeBody(long);
  const bytes = encode(body);
  let start = 0;
  const frames = Array.from({ length: count }, (_, sequence) => {
    const header = {
      kind: long.kind,
      id: long.id,
      sequence,
      count,
      encoding,
      encodedBytes: bytes.byteLength,
      bodyBytes: body.byteLength,
      number: 0,
      publicKey: undefined,
    };
    const end = start + pieceBytes(header);
    const piece = bytes.subarray(start, end);
    start = end;
    return sealFrame(header, piece, { key: keyOf('session'), functionArn: ARN, nonce: nonces.next(12) });
  });
  return golden(name, 'session', long, 0, nonces.drawn, true, frames);
}

function keyOf(from: Side) {
  const keys =
    from === 'stub'
      ? deriveKeys(stub, 'stub', session.publicKey)
      : deriveKeys(session, 'session', stub.publicKey);
  if (keys === undefined) throw new Error('Expected keys from two good key pairs, got none');
  return keys.send;
}

/** Nonces that differ between the vectors, as they must under one key: the vector's name, then a counter. */
function countingNonces(name: string): { readonly next: RandomBytes; readonly drawn: string[] } {
  const drawn: string[] = [];
  const next: RandomBytes = (size) => {
    const nonce = Buffer.alloc(size);
    nonce.write(name.replaceAll(' ', '').slice(-(size - 1)), 'latin1');
    nonce[size - 1] = drawn.length + 1;
    drawn.push(hex(nonce));
    return nonce;
  };
  return { next, drawn };
}

function golden(
  name: string,
  from: Side,
  message: Message,
  number: number,
  nonces: readonly string[],
  decodeOnly: boolean,
  frames: readonly Buffer[],
): GoldenMessage {
  const { kind, id, meta, payload } = message;
  return {
    name,
    from,
    kind,
    id,
    number,
    meta,
    payload: hex(payload),
    nonces,
    decodeOnly,
    frames: frames.map(hex),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const json = JSON.stringify(goldenVectors(), undefined, 2);
  if (process.argv.includes('--write')) {
    const path = fileURLToPath(new URL('../docs/protocol.md', import.meta.url));
    const document = await readFile(path, 'utf8');
    const block = /(?<=<!-- golden vectors -->\n).*(?=<!-- end of golden vectors -->)/s;
    if (!block.test(document))
      throw new Error(`Expected the two golden-vectors markers in ${path}, found none`);
    await writeFile(
      path,
      document.replace(block, () => `\`\`\`json\n${json}\n\`\`\`\n`),
    );
  } else {
    process.stdout.write(`${json}\n`);
  }
}
