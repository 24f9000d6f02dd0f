import { LambdaClient, LambdaServiceException } from '@aws-sdk/client-lambda';
import { partitionOf } from '../../protocol/partition.ts';
import type { AwsTarget } from '../aws-target.ts';
import { unreachable } from '../emulator-client.ts';
import { explainAwsFailure } from '../live/aws-failure.ts';

/** How a call is sent: with the signal of whoever may interrupt it. */
export type Send<Output> = (
  client: LambdaClient,
  options: { readonly abortSignal: AbortSignal },
) => Promise<Output>;

/** Lambda's API as the platform's commands use it. What fails is a LlxError that says what was tried. */
export type LambdaCalls = {
  readonly target: AwsTarget;
  /**
   * @param operation Lambda's name for it: `PublishVersion`
   * @throws LlxError LLX_FUNCTION_UNKNOWN, LLX_AWS_DENIED, LLX_CREDENTIALS_*, LLX_UNREACHABLE, LLX_AWS_FAILED
   */
  call<Output>(operation: string, functionName: string, send: Send<Output>): Promise<Output>;
  /** The same; undefined for what is not there. */
  find<Output>(operation: string, functionName: string, send: Send<Output>): Promise<Output | undefined>;
  close(): void;
};

/** @param signal interrupts what is called */
export function openLambda(target: AwsTarget, signal: AbortSignal): LambdaCalls {
  const client = new LambdaClient(target.clientSettings);
  const call: LambdaCalls['call'] = async (operation, functionName, send) => {
    signal.throwIfAborted();
    try {
      return await send(client, { abortSignal: signal });
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw explained(error, { operation, functionName }, target);
    }
  };
  return {
    target,
    call,
    async find(operation, functionName, send) {
      return await call(operation, functionName, async (...args) => {
        try {
          return await send(...args);
        } catch (error) {
          if (error instanceof LambdaServiceException && error.name === 'ResourceNotFoundException') {
            return undefined;
          }
          throw error;
        }
      });
    },
    close: () => client.destroy(),
  };
}

function explained(
  error: unknown,
  { operation, functionName }: { readonly operation: string; readonly functionName: string },
  { endpoint, region, account = '*' }: AwsTarget,
): unknown {
  // An emulator that has gone: the network's own words would lead to DNS and proxies.
  if (endpoint !== undefined && !(error instanceof LambdaServiceException) && isRefused(error)) {
    return unreachable(endpoint, error, 'llx emulator');
  }
  const resource =
    functionName === '*' || functionName.startsWith('arn:')
      ? functionName
      : `arn:${partitionOf(region)}:lambda:${region}:${account}:function:${functionName}`;
  const attempt = { action: `lambda:${operation}`, resource, functionName };
  return explainAwsFailure(error, attempt, { emulator: endpoint !== undefined, mayAbort: false });
}

function isRefused(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['ECONNREFUSED', 'ECONNRESET'].includes(String(error.code))
  );
}
