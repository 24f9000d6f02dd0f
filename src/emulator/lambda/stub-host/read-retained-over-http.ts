import type { ReadRetained } from '../../../transport/read-retained.ts';

/** GetRetainedMessage of the emulator, for a process that is not the emulator's. */
export function readRetainedOverHttp(endpoint: string): ReadRetained {
  return async (topic, signal) => {
    const response = await fetch(`${endpoint}/retainedMessage/${encodeURIComponent(topic)}`, { signal });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (!response.ok) throw new Error(`expected 200 or 404 of GetRetainedMessage, got ${response.status}`);
    const answer: unknown = await response.json();
    const payload =
      typeof answer === 'object' && answer !== null && 'payload' in answer ? answer.payload : undefined;
    if (typeof payload !== 'string')
      throw new Error('expected a payload in the answer of GetRetainedMessage');
    return Buffer.from(payload, 'base64');
  };
}
