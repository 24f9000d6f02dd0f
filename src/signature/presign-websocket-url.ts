import type { AwsCredentials } from './credentials.ts';
import {
  ALGORITHM,
  amzDate,
  credentialScope,
  parseQuery,
  sha256,
  signature,
  signingKey,
  uriEncode,
} from './signature-v4.ts';

const SERVICE = 'iotdevicegateway';
const EMPTY_BODY = sha256('');

/**
 * The URL with which IoT Core lets a WebSocket in. It is a bearer secret: whoever has it can connect, so it is never
 * logged.
 * https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html#mqtt-ws
 *
 * @param options.host may carry a port (`localhost:8443`): it is in the URL, not in what is signed.
 * @param options.expiresSeconds left out, IoT Core decides.
 * @param options.path default `/mqtt`.
 * @returns `wss://…`
 */
export function presignWebSocketUrl(options: {
  readonly host: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly now?: Date;
  readonly expiresSeconds?: number;
  readonly path?: string;
}): string {
  const { host, region, credentials, now = new Date(), expiresSeconds, path = '/mqtt' } = options;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const time = amzDate(now);
  const scope = { day: time.slice(0, 8), region, service: SERVICE };
  const query = [
    `X-Amz-Algorithm=${ALGORITHM}`,
    `X-Amz-Credential=${uriEncode(`${accessKeyId}/${credentialScope(scope)}`)}`,
    `X-Amz-Date=${time}`,
    ...(expiresSeconds === undefined ? [] : [`X-Amz-Expires=${expiresSeconds}`]),
    'X-Amz-SignedHeaders=host',
  ].join('&');
  const signed = signature(signingKey(secretAccessKey, scope), time, scope, {
    method: 'GET',
    path,
    query: parseQuery(query),
    headers: [['host', host.replace(/:\d+$/, '')]],
    payloadHash: EMPTY_BODY,
  });
  // IoT Core, unlike other services, wants the token outside of what is signed.
  const token = sessionToken === undefined ? '' : `&X-Amz-Security-Token=${uriEncode(sessionToken)}`;
  return `wss://${host}${path}?${query}&X-Amz-Signature=${signed}${token}`;
}
