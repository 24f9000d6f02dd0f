import type { CredentialProvider } from '../signature/credentials.ts';
import { signRequest } from '../signature/sign-request.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import { RETAINED_ANSWER_BYTES, retainedMessageUrl, retainedPayload } from '../transport/retained-message.ts';

type Answer = { readonly status: number; readonly body: string };

/**
 * GetRetainedMessage: how "nobody" is known at once, where a subscription would stay silent.
 *
 * Rejects where it is denied, and from then on at once: the subscription answers as well, only later.
 */
export function readRetainedFromIotCore(options: {
  /** `host` or `host:port`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** PEM. @default what Node.js trusts */
  readonly ca?: string | undefined;
}): ReadRetained {
  const { endpoint, region, credentials, ca } = options;
  let denied: Error | undefined;
  return async (topic, signal) => {
    if (denied !== undefined) throw denied;
    const url = retainedMessageUrl(`https://${endpoint}`, topic);
    const signed = { method: 'GET', url, service: 'iotdata', region, credentials: await credentials() };
    const { status, body } = await request(url, signRequest(signed), ca, signal);
    if (status === 403) {
      denied = new Error('GetRetainedMessage is denied: got 403');
      throw denied;
    }
    return retainedPayload(status, body);
  };
}

async function request(
  url: string,
  headers: Readonly<Record<string, string>>,
  ca: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  // Only here: a broker that is not IoT Core needs none of it.
  const { get } = await import('node:https');
  return await new Promise((resolve, reject) => {
    const outgoing = get(url, { headers, signal, ...(ca === undefined ? {} : { ca }) }, (answer) => {
      let body = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        body += piece;
        if (body.length > RETAINED_ANSWER_BYTES)
          outgoing.destroy(new Error('the retained message is too large'));
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    outgoing.on('error', reject);
  });
}
