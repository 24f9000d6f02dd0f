import { HttpRequest } from '@smithy/core/protocols';
import { partitionOf } from '../../protocol/partition.ts';
import type { CredentialProvider } from '../../signature/credentials.ts';
import { signRequest } from '../../signature/sign-request.ts';
import {
  RETAINED_ANSWER_BYTES,
  retainedMessageUrl,
  retainedPayload,
} from '../../transport/retained-message.ts';
import { explainAwsFailure } from './aws-failure.ts';
import { AwsHttpHandler, type ProxyOf } from './aws-http-handler.ts';

export type DataPlane = {
  /** `host[:port]` of IoT Core's ATS endpoint. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** PEM: of an emulator. */
  readonly ca?: string;
  readonly proxy?: ProxyOf;
  readonly now?: () => Date;
};

/** Retained messages of an account, by IoT Core's data plane. */
export type RetainedMessages = {
  /** Undefined: there is none. Rejects with LLX_AWS_DENIED, LLX_UNREACHABLE and the other codes of calls to AWS. */
  read(topic: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
  close(): void;
};

export function openRetainedMessages(place: DataPlane): RetainedMessages {
  const http = new AwsHttpHandler(
    place.proxy ?? (() => undefined),
    place.ca === undefined ? {} : { ca: place.ca },
  );
  return {
    async read(topic, signal) {
      try {
        return await request(http, place, topic, signal);
      } catch (error) {
        throw explainAwsFailure(error, {
          action: 'iot:GetRetainedMessage',
          resource: `arn:${partitionOf(place.region)}:iot:${place.region}:*:topic/${topic}`,
        });
      }
    },
    close: () => http.destroy(),
  };
}

async function request(
  http: AwsHttpHandler,
  { endpoint, region, credentials, now }: DataPlane,
  topic: string,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const url = new URL(retainedMessageUrl(`https://${endpoint}`, topic));
  const signed = signRequest({
    method: 'GET',
    url: url.href,
    service: 'iotdata',
    region,
    credentials: await credentials(),
    ...(now === undefined ? {} : { now: now() }),
  });
  const { response } = await http.handle(
    new HttpRequest({
      protocol: 'https:',
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, ...signed },
      ...(url.port === '' ? {} : { port: Number(url.port) }),
    }),
    { abortSignal: signal },
  );
  const body = await text(response.body);
  if ([200, 404].includes(response.statusCode)) return retainedPayload(response.statusCode, body);
  const answer = parse(body);
  const type = response.headers['x-amzn-errortype'] ?? String(answer.__type ?? `HTTP ${response.statusCode}`);
  const error = new Error(String(answer.message ?? answer.Message ?? 'no message'));
  // Some services put a namespace before it, or a URL behind it.
  error.name = type.replace(/^.*#|:.*$/g, '');
  throw error;
}

async function text(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > RETAINED_ANSWER_BYTES)
      throw new Error(`expected an answer of at most ${RETAINED_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // A proxy's page: the status says what is to be said.
    return {};
  }
}
