import type { CredentialProvider } from '../../../signature/credentials.ts';
import { signRequest } from '../../../signature/sign-request.ts';
import type { ReadRetained } from '../../../transport/read-retained.ts';
import { retainedMessageUrl, retainedPayload } from '../../../transport/retained-message.ts';
import { httpRequest } from '../../http/http-request.ts';

export type Signer = { readonly region: string; readonly credentials: CredentialProvider };

/** GetRetainedMessage of the emulator, for a process that is not the emulator's. */
export function readRetainedOverHttp(endpoint: string, signer: Signer): ReadRetained {
  return async (topic, signal) => {
    const url = retainedMessageUrl(endpoint, topic);
    const headers = await signatureOf(url, signer);
    const { status, body } = await httpRequest(url, { headers, signal });
    return retainedPayload(status, body);
  };
}

async function signatureOf(
  url: string,
  { region, credentials }: Signer,
): Promise<Readonly<Record<string, string>>> {
  return signRequest({ method: 'GET', url, service: 'iotdata', region, credentials: await credentials() });
}
