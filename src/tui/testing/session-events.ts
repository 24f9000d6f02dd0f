import type { SessionEvent } from '../../session/event.ts';

/** 12:01:03, wherever the test runs. */
export const NOON = new Date(2026, 0, 2, 12, 1, 3).getTime();

export const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** An event of an HTTP API, payload format 2.0. */
export function getRequest(path: string) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { accept: '*/*' },
    requestContext: { http: { method: 'GET', path }, stage: '$default' },
    isBase64Encoded: false,
  };
}

export function served(...names: readonly string[]): readonly SessionEvent[] {
  return names.map((name) => ({
    type: 'function',
    name,
    arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    state: { status: 'serving' },
  }));
}

export function offered(
  id: string,
  more: Partial<Extract<SessionEvent, { type: 'offered' }>> = {},
): SessionEvent {
  return {
    type: 'offered',
    id,
    requestId: `${id.padStart(8, '0')}-1111-4222-8333-444455556666`,
    functionName: 'orders',
    lane: 'default',
    event: bytes(getRequest('/orders/42')),
    at: NOON,
    ...more,
  };
}

export function log(id: string, text: string): SessionEvent {
  return { type: 'log', id, line: { stream: 'stdout', text } };
}

export function succeeded(
  id: string,
  answer: unknown = { statusCode: 200, body: '{"id":"42"}' },
): SessionEvent {
  return {
    type: 'ended',
    id,
    at: NOON + 1_000,
    result: {
      status: 'succeeded',
      payload: bytes(answer),
      streamed: false,
      durationMs: 4.2,
      coldStart: false,
    },
  };
}

export function failed(id: string): SessionEvent {
  const error = {
    errorType: 'TypeError',
    errorMessage: 'total is not a number',
    trace: ['TypeError: total is not a number', '    at handler (src/orders.ts:12:9)'],
  };
  return {
    type: 'ended',
    id,
    at: NOON + 1_000,
    result: {
      status: 'failed',
      failure: 'handler',
      errorType: error.errorType,
      payload: bytes(error),
      durationMs: 12,
      coldStart: true,
      initMs: 61,
    },
  };
}

export function dropped(detail: string): SessionEvent {
  return { type: 'dropped', process: 'stub', reason: 'seal-broken', detail };
}
