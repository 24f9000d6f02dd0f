import { callLambda, type FunctionCall, type LambdaApi } from './lambda-call.ts';

/** Of an answer that says what went wrong, so much is repeated. */
const REPEATED_CHARACTERS = 300;

/** Invokes a function over the API and waits for its answer. Gives why it failed, or undefined. Rejects when aborted. */
export async function invokeFunction(call: FunctionCall, api: LambdaApi): Promise<string | undefined> {
  try {
    const { status, body, failed } = await callLambda(call, api);
    const text = body.slice(0, REPEATED_CHARACTERS);
    if (status !== 200) return `${status} ${text}`;
    return failed ? `the function failed: ${text}` : undefined;
  } catch (error) {
    api.signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
