import type { Agent } from 'node:http';
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
  /** @default a connection for each call */
  readonly agent?: Agent;
};

export type FunctionCall = {
  readonly functionName: string;
  /** JSON. */
  readonly event: string | Uint8Array;
  readonly clientContext?: unknown;
  readonly qualifier?: string | undefined;
  /** `X-Amzn-Trace-Id` */
  readonly traceId?: string;
};

export type LambdaAnswer = {
  /** 200 where the function ran, whatever became of it. */
  readonly status: number;
  /** Of the function, or AWS's words for why it was not invoked. */
  readonly body: string;
  /** The same: those of a stream may be no text. */
  readonly bytes: Uint8Array;
  readonly requestId: string;
  readonly failed: boolean;
};

/** Invokes a function over the API and waits for its answer. Rejects when there is none. */
export async function callLambda(
  { functionName, event, clientContext, qualifier, traceId }: FunctionCall,
  { endpoint, region, credentials, signal, agent }: LambdaApi,
): Promise<LambdaAnswer> {
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
  const url = `${endpoint}/2015-03-31/functions/${encodeURIComponent(functionName)}/invocations${query}`;
  const method = 'POST';
  const body = Buffer.from(event).toString();
  const unsigned = {
    'content-type': 'application/json',
    ...(traceId === undefined ? {} : { 'x-amzn-trace-id': traceId }),
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
    agent,
  });
  const { 'x-amzn-requestid': requestId, 'x-amz-function-error': functionError } = answer.headers;
  return {
    status: answer.status,
    body: answer.body,
    bytes: answer.bytes,
    requestId: [requestId].flat()[0] ?? '',
    failed: functionError !== undefined,
  };
}
