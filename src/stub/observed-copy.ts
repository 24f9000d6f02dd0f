import { OBSERVE_BYTES } from '../protocol/limits.ts';
import type { InvocationMeta, ObserveMeta } from '../protocol/message.ts';

/** What the deployed handler came to, for a session that watches. */
export type DeployedAnswer = {
  /** The answer or the error object as JSON, or the bytes of a stream: all of it, or its beginning. */
  readonly payload: Uint8Array;
  /** Of the whole answer. @default payload.byteLength */
  readonly bytes?: number;
  readonly failed: boolean;
  readonly streamed?: boolean;
  readonly durationMs: number;
};

export type ObservedCopy = { readonly meta: ObserveMeta; readonly payload: Uint8Array };

/** Event and answer in one bounded payload: of an answer that does not fit, the beginning. */
export function observedCopy(
  invocation: InvocationMeta,
  event: Uint8Array,
  answer: DeployedAnswer,
): ObservedCopy {
  const shown = answer.payload.subarray(0, Math.max(0, OBSERVE_BYTES - event.byteLength));
  const bytes = answer.bytes ?? answer.payload.byteLength;
  return {
    meta: {
      ...invocation,
      failed: answer.failed,
      eventBytes: event.byteLength,
      durationMs: answer.durationMs,
      ...(answer.streamed === true ? { streamed: true } : {}),
      ...(shown.byteLength < bytes ? { answerBytes: bytes } : {}),
    },
    payload: Buffer.concat([event, shown]),
  };
}
