import type { SessionEvent } from './event.ts';
import type { InvocationRecord } from './store.ts';

type Answer = Pick<InvocationRecord, 'answer' | 'answerBytes'>;

/** What the caller saw; of a stream that failed on the way, its error, as of any other failure. */
export function answerOf({ result, streamed }: Extract<SessionEvent, { type: 'ended' }>): Answer {
  if (streamed === undefined || result.status === 'failed')
    return { answer: result.payload, answerBytes: undefined };
  const { beginning, bytes } = streamed;
  return { answer: beginning, answerBytes: bytes > beginning.byteLength ? bytes : undefined };
}

/** Whether only the beginning of its answer is kept. */
export function isAnswerCut({ answer, answerBytes }: Answer): boolean {
  return answer !== undefined && answerBytes !== undefined && answerBytes > answer.byteLength;
}
