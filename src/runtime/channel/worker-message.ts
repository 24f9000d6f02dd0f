import type { FixedValues } from '../invocation.ts';

/** What parent and child tell each other, whatever carries it. One invocation runs at a time. */

export type LoadCommand = {
  /** The whole environment of the handler; nothing else is left in the child's, unless it `inherits`. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the child was started with stays, with what a wrapper has made of it. @default false */
  readonly inherits?: boolean;
  readonly workingDirectory: string;
  /** Absolute path of the module. */
  readonly file: string;
  readonly exportPath: string;
  /** What stands in the place of the time and of chance is put there first. @default false */
  readonly fixable?: boolean;
  /** Address of a Lambda Runtime API where the invocations are; absent: they come the way this came. */
  readonly runtimeApi?: string;
};

/** Beside the event. */
export type InvokeCommand = {
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly functionVersion: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Epoch milliseconds: parent and child share a clock. */
  readonly deadlineMs: number;
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  readonly traceId?: string;
  readonly fixed?: FixedValues;
};

export type LoadFacts = {
  readonly initMs: number;
  /** Whether the handler streams its answers; absent where only an answer tells. */
  readonly streaming?: boolean;
};

export type AnswerFacts = {
  /** The most memory that the process ever had, from time to time. */
  readonly maxRssKb?: number;
};

export type FailureFacts = AnswerFacts & {
  readonly errorType: string;
  /** The process ends after this: it gets no further invocation. */
  readonly fatal?: boolean;
};

export type StreamFacts = { readonly contentType: string };

/** Child → parent. `invocation` is the number that the parent gave it; 0 before the first. */
export type WorkerMessage =
  | { readonly type: 'ready'; readonly facts: LoadFacts }
  | { readonly type: 'load-failed'; readonly errorType: string; readonly payload: Uint8Array }
  | {
      readonly type: 'log';
      readonly invocation: number;
      readonly stream: 'stdout' | 'stderr';
      /** A whole record, or text that may end in the middle of a line. */
      readonly whole: boolean;
      readonly text: string;
    }
  | {
      readonly type: 'answer';
      readonly invocation: number;
      readonly facts: AnswerFacts;
      readonly payload: Uint8Array;
    }
  /** The answer was larger than Lambda allows, and was not sent. `fatal`: its process gets no further invocation. */
  | { readonly type: 'oversize'; readonly invocation: number; readonly fatal?: boolean }
  | {
      readonly type: 'error';
      readonly invocation: number;
      readonly facts: FailureFacts;
      readonly payload: Uint8Array;
    }
  | { readonly type: 'stream'; readonly invocation: number; readonly facts: StreamFacts }
  | { readonly type: 'chunk'; readonly invocation: number; readonly payload: Uint8Array }
  | { readonly type: 'end'; readonly invocation: number; readonly facts: AnswerFacts };
