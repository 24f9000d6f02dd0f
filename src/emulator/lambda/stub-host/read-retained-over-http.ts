import type { ReadRetained } from '../../../transport/read-retained.ts';
import { httpRequest } from '../../http/http-request.ts';

/** GetRetainedMessage of the emulator, for a process that is not the emulator's. */
export function readRetainedOverHttp(endpoint: string): ReadRetained {
  return async (topic, signal) => {
    const { status, body } = await httpRequest(`${endpoint}/retainedMessage/${encodeURIComponent(topic)}`, {
      signal,
    });
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`expected 200 or 404 of GetRetainedMessage, got ${status}`);
    const answer: unknown = JSON.parse(body);
    const payload =
      typeof answer === 'object' && answer !== null && 'payload' in answer ? answer.payload : undefined;
    if (typeof payload !== 'string')
      throw new Error('expected a payload in the answer of GetRetainedMessage');
    return Buffer.from(payload, 'base64');
  };
}
