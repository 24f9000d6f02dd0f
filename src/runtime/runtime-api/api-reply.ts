import { LAMBDA } from '../../protocol/limits.ts';

/** What the Runtime API answers to the runtime; texts and statuses are those of Lambda's own emulator (RIE). */
export type ApiReply = { readonly status: number; readonly body: string };

export const ACCEPTED: ApiReply = { status: 202, body: '{"status":"OK"}\n' };

export const REFUSALS = {
  InvalidRequestID: refusal(400, 'InvalidRequestID', 'Invalid request ID'),
  InvalidInvocationId: refusal(400, 'InvalidInvocationId', 'Invalid invocation ID'),
  InvalidFunctionResponseMode: refusal(400, 'InvalidFunctionResponseMode', 'Invalid function response mode'),
  InvalidStateTransition: refusal(403, 'InvalidStateTransition', 'Invalid state transition'),
  RequestEntityTooLarge: refusal(
    413,
    'RequestEntityTooLarge',
    `Exceeded maximum allowed payload size (${LAMBDA.responseBytes} bytes).`,
  ),
  NotFound: { status: 404, body: '404 page not found\n' },
} as const satisfies Record<string, ApiReply>;

function refusal(status: number, errorType: string, errorMessage: string): ApiReply {
  return { status, body: `${JSON.stringify({ errorType, errorMessage })}\n` };
}
