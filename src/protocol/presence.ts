import { ENCODINGS, isEncoding } from './compression.ts';
import { type Field, INVALID, integer, json, known, matching, object, optional, word } from './fields.ts';
import { PUBLIC_KEY_BYTES } from './frame.ts';
import { PROTOCOL_VERSION } from './limits.ts';
import type { Encoding } from './message.ts';
import { isPeerId } from './topics.ts';

/** A session that holds a lane, and what a stub must know to send it an offer. */
export type Holder = {
  readonly sessionId: string;
  /** X25519, raw: 32 bytes. New with every session. */
  readonly publicKey: Uint8Array;
  /** Versions of this protocol that the session speaks. */
  readonly protocol: { readonly min: number; readonly max: number };
  /** What the session can decompress, best first. */
  readonly encodings: readonly Encoding[];
  /** ISO 8601, by the session's clock: for people. */
  readonly since: string;
  /** Whose it is, as `user@host`: 1 to 64 characters, for people, proven by nothing. */
  readonly name?: string;
  /** It only watches: the deployed handler always runs. Absent: it serves. */
  readonly mode?: 'observe';
  /** It runs handlers with credentials that the stub sends along. Absent: it has its own way to them. */
  readonly credentials?: 'forward';
};

/** What people are told of who holds a lane. */
export type HolderIdentity = Pick<Holder, 'sessionId' | 'since' | 'name'>;

export type Presence = Holder | { readonly sessionId: null };

/** `connection` counts the session's connections: a will that arrives late carries a lower one. */
export type SessionState = { readonly state: 'online' | 'offline'; readonly connection: number };

/** A retained message: two hundred bytes, and room to grow. */
const RETAINED_BYTES = 4096;

const publicKey: Field<Uint8Array> = (value) => {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(value)) return INVALID;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.byteLength === PUBLIC_KEY_BYTES ? bytes : INVALID;
};

const version = integer(1, 255);
/** Control characters, and marks that reorder text or break lines, would be obeyed by the terminal that shows it. */
const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u;

/** Whether a text can be the name in a presence. */
export function isHolderName(text: string): boolean {
  return NAME.test(text);
}

const isInstant = (value: string) => value.length <= 40 && !Number.isNaN(Date.parse(value));

const holder = object<Holder>({
  sessionId: matching(isPeerId),
  publicKey,
  protocol: object<Holder['protocol']>({ min: version, max: version }),
  encodings: known(isEncoding, 16),
  since: matching(isInstant),
  name: optional(matching(isHolderName)),
  mode: optional(word('observe')),
  credentials: optional(word('forward')),
});

const nobody = object<{ readonly sessionId: null }>({
  sessionId: (value) => (value === null ? null : INVALID),
});

const presence: Field<Presence> = (value) => {
  const nobodyRead = nobody(value);
  return nobodyRead === INVALID ? holder(value) : nobodyRead;
};

const sessionState = object<SessionState>({
  state: (value) => (value === 'online' || value === 'offline' ? value : INVALID),
  connection: integer(1, Number.MAX_SAFE_INTEGER),
});

/**
 * What a session of this version says of itself. A session that shares the machine with its broker may take fewer
 * encodings: there, to compress costs more than to send.
 */
export function describeHolder(session: {
  readonly sessionId: string;
  readonly publicKey: Uint8Array;
  readonly since: Date;
  /** As `isHolderName` takes it. */
  readonly name?: string;
  /** @default ENCODINGS */
  readonly encodings?: readonly Encoding[];
  /** @default 'serve' */
  readonly mode?: 'serve' | 'observe';
  /** Whether it takes credentials with the offers. @default false */
  readonly takesCredentials?: boolean;
}): Holder {
  return {
    sessionId: session.sessionId,
    publicKey: session.publicKey,
    protocol: { min: PROTOCOL_VERSION, max: PROTOCOL_VERSION },
    encodings: session.encodings ?? ENCODINGS,
    since: session.since.toISOString(),
    ...(session.name === undefined ? {} : { name: session.name }),
    ...(session.mode === 'observe' ? { mode: session.mode } : {}),
    ...(session.takesCredentials === true ? { credentials: 'forward' } : {}),
  };
}

/**
 * Nobody is said aloud, never by an empty payload: that would delete the retained message, and a late answer could
 * no longer be told from none.
 */
export function encodePresence(value: Presence): Uint8Array {
  const wire =
    value.sessionId === null
      ? value
      : { ...value, publicKey: Buffer.from(value.publicKey).toString('base64url') };
  return Buffer.from(JSON.stringify(wire));
}

/** Undefined when it is not a presence. */
export function decodePresence(bytes: Uint8Array): Presence | undefined {
  return json(bytes, RETAINED_BYTES, presence);
}

export function encodeSessionState(state: SessionState): Uint8Array {
  return Buffer.from(JSON.stringify(state));
}

/** Undefined when it is not the state of a session. */
export function decodeSessionState(bytes: Uint8Array): SessionState | undefined {
  return json(bytes, RETAINED_BYTES, sessionState);
}

/** Whether a session and this process have a version of the protocol in common. */
export function speaksOurVersion({ protocol }: Holder): boolean {
  return protocol.min <= PROTOCOL_VERSION && PROTOCOL_VERSION <= protocol.max;
}
