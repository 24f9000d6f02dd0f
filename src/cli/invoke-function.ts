import { httpRequest } from '../emulator/http/http-request.ts';
import { LAMBDA } from '../protocol/limits.ts';
import type { CredentialProvider } from '../signature/credentials.ts';
import { signRequest } from '../signature/sign-request.ts';

/** Lambda's API of an emulator, and who calls it. */
export type LambdaApi = {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  readonly signal: AbortSignal;
};

export type FunctionCall = {
  readonly functionName: string;
  /** JSON. */
  readonly event: string | Uint8Array;
  readonly clientContext?: unknown;
};

/** Of an answer that says what went wrong, so much is repeated. */
const REPEATED_CHARACTERS = 300;

/** Invokes a function over the API and waits for its answer. Gives why it failed, or undefined. Rejects when aborted. */
export async function invokeFunction(
  { functionName, event, clientContext }: FunctionCall,
  { endpoint, region, credentials, signal }: LambdaApi,
): Promise<string | undefined> {
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations`;
  try {
    const method = 'POST';
    const body = Buffer.from(event).toString();
    const unsigned = {
      'content-type': 'application/json',
      ...(clientContext === undefined
        ? {}
        : { 'x-amz-client-context': Buffer.from(JSON.stringify(clientContext)).toString('base64') }),
    };
    const signature = signRequest({
      method,
      url,
      headers: unsigned,
      body: Buffer.from(body),
      service: 'lambda',
      region,
      credentials: await credentials(),
    });
    const answer = await httpRequest(url, {
      method,
      headers: { ...unsigned, ...signature },
      body,
      limitBytes: LAMBDA.responseBytes,
      signal,
    });
    const text = answer.body.slice(0, REPEATED_CHARACTERS);
    if (answer.status !== 200) return `${answer.status} ${text}`;
    return answer.headers['x-amz-function-error'] === undefined ? undefined : `the function failed: ${text}`;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof Error ? error.message : String(error);
  }
}
