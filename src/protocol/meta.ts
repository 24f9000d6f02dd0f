import { isEncoding } from './compression.ts';
import {
  anything,
  duration,
  type Field,
  type Fields,
  flag,
  INVALID,
  integer,
  known,
  list,
  matching,
  object,
  optional,
  text,
} from './fields.ts';
import { FRAMES_PER_MESSAGE } from './frame.ts';
import {
  type AnswerMeta,
  type InvocationMeta,
  KIND_BYTES,
  type Kind,
  type Message,
  type MissingMeta,
  type ObserveMeta,
  type OfferedCredentials,
  type OfferMeta,
} from './message.ts';
import { isLane } from './topics.ts';

export type MetaOf<K extends Kind> = Extract<Message, { kind: K }>['meta'];

const count = integer(0, Number.MAX_SAFE_INTEGER);

const invocation: Fields<InvocationMeta> = {
  requestId: text,
  invokedFunctionArn: text,
  functionName: text,
  functionVersion: text,
  memoryLimitInMB: text,
  logGroupName: text,
  logStreamName: text,
  lane: matching(isLane),
  clientContext: anything,
  identity: anything,
  traceId: optional(text),
};

/** A session token is about a kilobyte long; what is no token is not kept. */
const secret = matching((value) => value.length > 0 && value.length <= 8192);

const credentials = object<OfferedCredentials>({
  accessKeyId: secret,
  secretAccessKey: secret,
  sessionToken: secret,
  expiresInMs: optional(duration),
});

const offer: Fields<OfferMeta> = {
  ...invocation,
  remainingMs: duration,
  streaming: optional(flag),
  claimTimeoutMs: duration,
  encodings: known(isEncoding, 16),
  credentials: optional(credentials),
};

const answer: Fields<AnswerMeta> = {
  durationMs: duration,
  initMs: optional(duration),
  maxMemoryMb: optional(count),
  // As many as fit: the bytes of the meta are the bound.
  logs: list(text, Number.POSITIVE_INFINITY),
  logsLeftOut: optional(count),
};

const kind: Field<Kind> = (value) => (isKind(value) ? value : INVALID);

const missing: Fields<MissingMeta> = {
  kind,
  number: integer(0, 2 ** 32 - 1),
  sequences: list(integer(0, FRAMES_PER_MESSAGE - 1), FRAMES_PER_MESSAGE),
};

const observe: Fields<ObserveMeta> = {
  ...invocation,
  failed: flag,
  eventBytes: count,
  durationMs: duration,
  streamed: optional(flag),
  answerBytes: optional(count),
};

const beat = object<MetaOf<'beat'>>({ beatIntervalMs: duration });
const nothing = object<MetaOf<'query'>>({});

/** Reads the meta of each kind: the one place where a message from elsewhere becomes a typed one. */
export const META_FIELDS: { readonly [K in Kind]: Field<MetaOf<K>> } = {
  offer: object(offer),
  claim: beat,
  beat,
  result: object(answer),
  error: object(answer),
  withdraw: nothing,
  refuse: object<MetaOf<'refuse'>>({ code: text, message: text }),
  cancel: nothing,
  query: nothing,
  missing: object(missing),
  credit: object<MetaOf<'credit'>>({ bytes: count }),
  chunk: object<MetaOf<'chunk'>>({ contentType: optional(text) }),
  end: object<MetaOf<'end'>>({ ...answer, failed: flag }),
  unknown: nothing,
  observe: object(observe),
};

function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && Object.hasOwn(KIND_BYTES, value);
}
