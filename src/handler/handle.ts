import { HandlerFailure } from './handler-failure.ts';
import { base64, httpAnswer, INTERNAL_ERROR } from './http-answer.ts';
import { handleBatch } from './queue-batch.ts';
import { type HandlerRequest, isHttp, type LambdaContext, readQueueRecords, readRequest } from './request.ts';
import { FAIL, type HandlerResult, type MakeResult, makeResult, resultOf } from './result.ts';

/** What a developer writes: one request in, `context(OK, …)` or `context(FAIL, …)` out. */
export type Work<Body> = (request: HandlerRequest<Body>, context: MakeResult) => unknown;

export type LambdaHandler = (event: unknown, lambda: LambdaContext) => Promise<unknown>;

/**
 * One handler for HTTP requests (API Gateway, function URLs, load balancers), messages of SQS queues, messages of MQTT topics
 * (`SELECT *, topic() AS topic`) and direct calls.
 *
 * What it throws is a failure: HTTP callers get a 500 without its text, a queue's message comes again, and everyone else gets
 * the error itself. SQS mappings need `ReportBatchItemFailures`.
 *
 * @example
 * export const handler = handle(async ({ parameters }, context) => {
 *   const user = await find(parameters.id);
 *   return user ? context(OK, user) : context(FAIL, { status: 404, message: 'no such user' });
 * });
 */
export function handle<Body = unknown>(work: Work<Body>): LambdaHandler {
  const run = async (
    request: Omit<HandlerRequest, 'lambda'>,
    lambda: LambdaContext,
  ): Promise<HandlerResult> =>
    // The body is what the developer says it is.
    resultOf(await work({ ...request, lambda } as HandlerRequest<Body>, makeResult));

  return async (event, lambda) => {
    const records = readQueueRecords(event);
    if (records !== undefined) {
      return await handleBatch(records, async ({ request, messageId }) => {
        try {
          const result = await run(request, lambda);
          if (result.status === FAIL) logFailure(result, messageId);
          return result;
        } catch (error) {
          // SQS is told which message failed, and nobody why.
          console.error(error);
          return makeResult(FAIL, INTERNAL_ERROR);
        }
      });
    }
    const request = readRequest(event);
    if (isHttp(event)) {
      try {
        return httpAnswer(await run(request, lambda), event);
      } catch (error) {
        // Of the handler, or of a value that JSON cannot say.
        console.error(error);
        return httpAnswer(makeResult(FAIL, INTERNAL_ERROR), event);
      }
    }
    const result = await run(request, lambda);
    if (result.status !== FAIL)
      return result.value instanceof Uint8Array ? base64(result.value) : result.value;
    const failure = new HandlerFailure(result.failure);
    // Lambda logs what is thrown, tries asynchronous invocations again and hands them to a dead-letter queue.
    if (result.failure.retry !== false) throw failure;
    console.error(failure);
    return undefined;
  };
}

function logFailure(result: HandlerResult & { readonly status: typeof FAIL }, messageId: string): void {
  const { type = 'HandlerFailed', message = 'The handler said FAIL.', retry = true } = result.failure;
  console.error(`${messageId}: ${type}: ${message}${retry ? '' : ' (not tried again)'}`);
}
