import type { FunctionSpec, InvocationResult } from '../../runtime/invocation.ts';
import { Identities } from '../identity/identities.ts';
import { RequestAccess } from '../identity/request-access.ts';
import { FunctionRegistry } from './function-registry.ts';
import type { InvocationCall } from './invocation-service.ts';

export const ORDERS_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:orders';

const orders: FunctionSpec = {
  name: 'orders',
  arn: ORDERS_ARN,
  handler: 'orders.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root: '/',
  code: 'package',
};

/** A registry that knows the function `orders`. */
export function ordersRegistry({ stubbed }: { readonly stubbed: boolean }): FunctionRegistry {
  const registry = new FunctionRegistry({ region: 'us-east-1', account: '000000000000' });
  registry.add({ spec: orders, stubbed, logGroupName: 'group', logStreamName: 'stream' });
  return registry;
}

/** Everybody is the account's root. */
export function openAccess(): RequestAccess {
  return new RequestAccess(
    new Identities({ account: '000000000000', region: 'us-east-1', functions: [{ name: 'orders' }] }),
  );
}

export function callOf(registry: FunctionRegistry, requestId: string): InvocationCall {
  return {
    resolved: registry.resolve({ name: 'orders', qualifier: undefined }),
    requestId,
    event: Buffer.from('{}'),
    clientContext: undefined,
    traceId: undefined,
  };
}

export function succeeded(payload: Uint8Array): InvocationResult {
  return { status: 'succeeded', payload, streamed: false, durationMs: 1, coldStart: false };
}

export function failed(failure: 'handler' | 'aborted'): InvocationResult {
  const payload = Buffer.from('{"errorType":"E"}');
  return { status: 'failed', failure, errorType: 'E', payload, durationMs: 1, coldStart: false };
}
