import type { AwsCredentials } from '../../signature/credentials.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { signRequest } from '../../signature/sign-request.ts';

export type SignedFetch = {
  /** @default GET */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** @default lambda */
  readonly service?: string;
  /** @default the development key */
  readonly credentials?: AwsCredentials;
};

/** A request as it is written here, signed: what no SDK would send can be sent by it. */
export async function signedFetch(
  url: string,
  { method = 'GET', headers = {}, body, service = 'lambda', credentials = DEVELOPMENT_KEY }: SignedFetch = {},
): Promise<Response> {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const signature = signRequest({
    method,
    url,
    headers,
    ...(bytes === undefined ? {} : { body: bytes }),
    service,
    region: 'us-east-1',
    credentials,
  });
  return await fetch(url, {
    method,
    headers: { ...headers, ...signature },
    ...(bytes === undefined ? {} : { body: bytes }),
  });
}
