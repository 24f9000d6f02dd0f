import type { OnChunk } from './offered-invocation.ts';

/** Of Lambda's context object, what an offer carries. */
export type StubContext = {
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext: unknown;
  readonly identity: unknown;
  readonly traceId: string | undefined;
  getRemainingTimeInMillis(): number;
};

export type StubCall = {
  readonly event: unknown;
  /** The event as JSON, where the caller has it already. */
  readonly eventJson?: Uint8Array;
  readonly context: StubContext;
  /** Whether the deployed handler streams. Absent: either kind of answer can be passed on. */
  readonly streaming?: boolean | undefined;
  /** A line that the handler printed on the laptop. */
  readonly print: (line: string) => void;
  /** The environment ends before the answer. */
  readonly signal?: AbortSignal;
  /** Takes a streamed answer. */
  readonly onChunk?: OnChunk;
};
