import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { bodyOf, digestOf } from './project/body.ts';
import type { WorkAnswer, WorkEvent } from './project/work.ts';

export type CallOutcome =
  | { readonly type: 'answered'; readonly answer: Omit<WorkAnswer, 'body'>; readonly bodyDigest: string }
  /** A success that is nothing that a handler of the suite returns. */
  | { readonly type: 'foreign'; readonly text: string }
  | { readonly type: 'failed'; readonly errorType: string; readonly errorMessage: string }
  /** The caller's own line broke: it cannot know what became of its invocation. */
  | { readonly type: 'lost'; readonly cause: string }
  | { readonly type: 'unanswered' };

/** One invocation as its caller saw it. */
export type Call = {
  readonly n: number;
  readonly functionName: string;
  /** Unknown when the answer of the API did not arrive. */
  readonly requestId: string | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly refuse: boolean;
  readonly expected: { readonly digest: string; readonly bodyDigest: string };
  readonly outcome: CallOutcome;
};

/** Three times the timeout of the functions. */
const UNANSWERED_MS = 36_000;
const SHOWN_CHARACTERS = 200;

/** Invokes through the unmodified AWS SDK, once: a retry would be another invocation. Never rejects. */
export async function call(client: LambdaClient, functionName: string, event: WorkEvent): Promise<Call> {
  const startedAt = Date.now();
  const deadline = AbortSignal.timeout(UNANSWERED_MS);
  let requestId: string | undefined;
  let outcome: CallOutcome;
  try {
    const answer = await client.send(
      new InvokeCommand({ FunctionName: functionName, Payload: JSON.stringify(event) }),
      { abortSignal: deadline },
    );
    requestId = answer.$metadata.requestId;
    outcome = read(answer.Payload, answer.FunctionError !== undefined);
  } catch (error) {
    const cause = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    outcome = deadline.aborted ? { type: 'unanswered' } : { type: 'lost', cause };
  }
  return {
    n: event.n,
    functionName,
    requestId,
    startedAt,
    endedAt: Date.now(),
    refuse: event.refuse,
    expected: { digest: digestOf(event.body), bodyDigest: digestOf(bodyOf(event.n, event.answerBytes)) },
    outcome,
  };
}

function read(payload: Uint8Array | undefined, failed: boolean): CallOutcome {
  const text = new TextDecoder().decode(payload);
  const value: unknown = JSON.parse(text);
  if (failed) {
    const { errorType, errorMessage } = value as Record<string, unknown>;
    return { type: 'failed', errorType: String(errorType), errorMessage: String(errorMessage) };
  }
  return readAnswer(value) ?? { type: 'foreign', text: text.slice(0, SHOWN_CHARACTERS) };
}

/** Undefined when it is not what a handler of the suite returns. */
export function readAnswer(value: unknown): Extract<CallOutcome, { type: 'answered' }> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { n, where, requestId, digest, body } = value as Partial<Record<keyof WorkAnswer, unknown>>;
  if (typeof n !== 'number' || (where !== 'local' && where !== 'deployed')) return undefined;
  if (typeof requestId !== 'string' || typeof digest !== 'string' || typeof body !== 'string')
    return undefined;
  return { type: 'answered', answer: { n, where, requestId, digest }, bodyDigest: digestOf(body) };
}
