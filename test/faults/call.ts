import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { bodyOf, digestOf } from './project/body.ts';
import type { WorkAnswer, WorkEvent } from './project/work.ts';

export type CallOutcome =
  | { readonly type: 'answered'; readonly answer: Omit<WorkAnswer, 'body'>; readonly bodyDigest: string }
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
  const value = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
  if (failed) {
    const { errorType, errorMessage } = value;
    return { type: 'failed', errorType: String(errorType), errorMessage: String(errorMessage) };
  }
  const { body, ...answer } = value as WorkAnswer;
  return { type: 'answered', answer, bodyDigest: digestOf(String(body)) };
}
