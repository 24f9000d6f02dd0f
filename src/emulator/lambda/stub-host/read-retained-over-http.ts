import type { CredentialProvider } from '../../../signature/credentials.ts';
import { signRequest } from '../../../signature/sign-request.ts';
import type { ReadRetained } from '../../../transport/read-retained.ts';
import { httpRequest } from '../../http/http-request.ts';

export type Signer = { readonly region: string; readonly credentials: CredentialProvider };

/**
 * GetRetainedMessage of the emulator, for a process that is not the emulator's.
 *
 * @param signer whoever asks, where the emulator wants a signature.
 */
export function readRetainedOverHttp(endpoint: string, signer?: Signer): ReadRetained {
  return async (topic, signal) => {
    const url = `${endpoint}/retainedMessage/${encodeURIComponent(topic)}`;
    const headers = signer === undefined ? {} : await signatureOf(url, signer);
    const { status, body } = await httpRequest(url, { headers, signal });
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

async function signatureOf(
  url: string,
  { region, credentials }: Signer,
): Promise<Readonly<Record<string, string>>> {
  return signRequest({ method: 'GET', url, service: 'iotdata', region, credentials: await credentials() });
}
