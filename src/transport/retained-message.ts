/** A payload has at most 128 KiB, and is base64 here; presence is far smaller. */
export const RETAINED_ANSWER_BYTES = 256 * 1024;

/**
 * GetRetainedMessage of IoT Core's data plane: the only way to learn at once that a topic has none.
 * https://docs.aws.amazon.com/iot/latest/apireference/API_iotdata_GetRetainedMessage.html
 */
export function retainedMessageUrl(origin: string, topic: string): string {
  return `${origin}/retainedMessage/${encodeURIComponent(topic)}`;
}

/** Undefined: the topic has none. Throws on every other answer. */
export function retainedPayload(status: number, body: string): Uint8Array | undefined {
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`expected 200 or 404 of GetRetainedMessage, got ${status}`);
  const answer: unknown = JSON.parse(body);
  const payload =
    typeof answer === 'object' && answer !== null && 'payload' in answer ? answer.payload : undefined;
  if (typeof payload !== 'string') throw new Error('expected a payload in the answer of GetRetainedMessage');
  return Buffer.from(payload, 'base64');
}
