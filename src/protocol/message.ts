/**
 * The messages of one invocation. The wire form of each is in `docs/protocol.md`; the rules that a message
 * obeys are the two reducers, `src/stub/invocation.ts` and `src/session/invocation.ts`.
 */

/** Kind → the byte that stands for it in a frame. Numbers are never reused: they are the wire. */
export const KIND_BYTES = {
  offer: 1, // stub → session: an event is waiting; runs unless a withdraw comes first
  claim: 2, // session → stub: it runs here; from now on the deployed handler never runs for this invocation
  beat: 3, // session → stub: still running
  result: 4, // session → stub: the handler's answer
  error: 5, // session → stub: the handler failed; the payload is Lambda's error object
  withdraw: 6, // stub → session: nobody waits any more, do not start
  refuse: 7, // session → stub: cannot run here; the deployed handler may
  cancel: 8, // stub → session: stop what was claimed
  query: 9, // stub → session: what became of it? Answered by beat, result, error or unknown
  missing: 10, // either way: these frames of that message did not arrive, send them again
  credit: 11, // stub → session: how many bytes of the stream may be sent in all
  chunk: 12, // session → stub: a piece of a streamed answer
  end: 13, // session → stub: the stream is complete, or failed
  unknown: 14, // session → stub: answer to a query: no such invocation here
  observe: 15, // stub → session: copy of an event and of the deployed handler's answer
} as const;

export type Kind = keyof typeof KIND_BYTES;

/** Which side sends a kind. `missing` is the only one that goes both ways. */
export const STUB_KINDS = ['offer', 'withdraw', 'cancel', 'query', 'missing', 'credit', 'observe'] as const;
export const SESSION_KINDS = [
  'claim',
  'beat',
  'result',
  'error',
  'refuse',
  'missing',
  'chunk',
  'end',
  'unknown',
] as const;

/** 16 random bytes in hex: one per offer, so a retry of the same request id is another invocation. */
export type InvocationId = string;

/** Compression that a receiver understands, best first. */
export type Encoding = 'zstd' | 'deflate';

/** What an invocation is called and whom it is for. */
export type InvocationMeta = {
  readonly requestId: string;
  /** As Lambda gave it: possibly with a qualifier. */
  readonly invokedFunctionArn: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly lane: string;
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  readonly traceId?: string;
};

/** What the stub knows of an invocation besides the event: the payload of the offer is the event as JSON bytes. */
export type OfferMeta = InvocationMeta & {
  /** Remaining time at the moment of sending. Wall clocks are never compared across machines. */
  readonly remainingMs: number;
  /** Whether the deployed handler streams: only a local handler of the same kind can answer. Absent: either can. */
  readonly streaming?: boolean;
  /** How long the stub waits for a claim; a session drops an offer that waited longer in its own socket. */
  readonly claimTimeoutMs: number;
  /** What the stub can decompress. */
  readonly encodings: readonly Encoding[];
  /** Of the function's role: only when both the holder's presence and the function's configuration ask for it. */
  readonly credentials?: OfferedCredentials;
};

/** Temporary credentials of the function's role. They travel in the sealed offer and nowhere else. */
export type OfferedCredentials = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** From the moment of sending; absent where the stub does not know. */
  readonly expiresInMs?: number;
};

/** What the session says of a finished run, beside the payload. */
export type AnswerMeta = {
  readonly durationMs: number;
  readonly initMs?: number;
  /** Most memory that the handler's process took, in MiB. */
  readonly maxMemoryMb?: number;
  /** Lines that the handler printed, as CloudWatch would show them; the oldest are left out above a bound. */
  readonly logs: readonly string[];
  readonly logsLeftOut?: number;
};

export type RefuseMeta = { readonly code: string; readonly message: string };
export type BeatMeta = { readonly beatIntervalMs: number };
export type MissingMeta = {
  readonly kind: Kind;
  readonly number: number;
  readonly sequences: readonly number[];
};
/** How many bytes of the stream may have been sent in all: said again, it does no harm. */
export type CreditMeta = { readonly bytes: number };
/** `contentType` stands in the first piece of a stream that has one: an HTTP prelude travels by it. */
export type ChunkMeta = { readonly contentType?: string };
export type EndMeta = AnswerMeta & { readonly failed: boolean };
/** Copy of an invocation that the deployed handler ran. The payload is the event, then its answer or error object. */
export type ObserveMeta = InvocationMeta & {
  readonly failed: boolean;
  /** Where the event ends in the payload, and the answer begins. */
  readonly eventBytes: number;
  /** The deployed handler's own run. */
  readonly durationMs: number;
  /** The answer was a stream: what is copied are its bytes, not JSON. */
  readonly streamed?: boolean;
  /** Of the whole answer, when the copy holds only its beginning. */
  readonly answerBytes?: number;
};

type MessageOf<K extends Kind, M> = {
  readonly kind: K;
  readonly id: InvocationId;
  readonly meta: M;
  readonly payload: Uint8Array;
};

export type Offer = MessageOf<'offer', OfferMeta>;
export type Result = MessageOf<'result', AnswerMeta>;
export type ErrorMessage = MessageOf<'error', AnswerMeta>;
export type Empty = Record<string, never>;

export type Message =
  | Offer
  | MessageOf<'claim', BeatMeta>
  | MessageOf<'beat', BeatMeta>
  | Result
  | ErrorMessage
  | MessageOf<'withdraw', Empty>
  | MessageOf<'refuse', RefuseMeta>
  | MessageOf<'cancel', Empty>
  | MessageOf<'query', Empty>
  | MessageOf<'missing', MissingMeta>
  | MessageOf<'credit', CreditMeta>
  | MessageOf<'chunk', ChunkMeta>
  | MessageOf<'end', EndMeta>
  | MessageOf<'unknown', Empty>
  | MessageOf<'observe', ObserveMeta>;

export type MessageToSession = Extract<Message, { kind: (typeof STUB_KINDS)[number] }>;
export type MessageToStub = Extract<Message, { kind: (typeof SESSION_KINDS)[number] }>;
