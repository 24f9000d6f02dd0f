import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { signRequest } from './sign-request.ts';

/** The keys, time and service of AWS's published test suite (aws-sig-v4-test-suite). */
const suite = {
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  now: new Date('2015-08-30T12:36:00Z'),
  region: 'us-east-1',
  service: 'service',
};

test.each([
  ['get-vanilla', 'GET', '/', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['get-relative', 'GET', '/example/..', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  ['get-slashes', 'GET', '//', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-vanilla-empty-query-key',
    'GET',
    '/?Param1=value1',
    'a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb',
  ],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    '/?Param2=value2&Param1=value1',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  ['post-vanilla', 'POST', '/', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
])('%s of AWS’s test suite has the published signature', (_name, method, path, signature) => {
  expect(signRequest({ ...suite, method, url: `https://example.amazonaws.com${path}` })).toEqual({
    'x-amz-date': '20150830T123600Z',
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=${signature}`,
  });
});

/** What AWS's SDKs sign with; it asks for a SHA-256 with their interface. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof secret === 'string' ? secret : bytesOf(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(typeof data === 'string' ? data : bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function bytesOf(data: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

const text = fc.string({ unit: fc.constantFrom(..."aZ09-_.~ !'()*/:+%?=&äß€") });
const headerValue = fc.string({ unit: fc.constantFrom(...'aZ09-_.,;= ') }).map((value) => `x${value}x`);

test('every request is signed as AWS’s SDKs sign it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT'),
      fc.array(text.filter((segment) => !/^\.*$/.test(segment))),
      fc.dictionary(
        text.filter((name) => name !== ''),
        fc.oneof(text, fc.array(text, { minLength: 1 })),
      ),
      fc.dictionary(fc.constantFrom('Content-Type', 'X-Amz-Target', 'user-agent', 'expect'), headerValue),
      fc.uint8Array(),
      fc.option(text, { nil: undefined }),
      fc.constantFrom('lambda', 's3'),
      async (method, segments, query, headers, body, sessionToken, service) => {
        const path = `/${segments.map(encodeURIComponent).join('/')}`;
        const credentials = { ...suite.credentials, ...(sessionToken ? { sessionToken } : {}) };
        const signer = new SignatureV4({
          credentials,
          region: 'eu-west-3',
          service,
          sha256: Sha256,
          applyChecksum: service === 's3',
          uriEscapePath: service !== 's3',
        });
        const reference = await signer.sign(
          {
            method,
            protocol: 'https:',
            hostname: 'api.example',
            port: 8443,
            path,
            query,
            headers: { ...headers, host: 'api.example:8443' },
            body,
          },
          { signingDate: suite.now },
        );
        const pairs = Object.entries(query).flatMap(([name, values]) =>
          [values].flat().map((value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`),
        );
        const url = `https://api.example:8443${path}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
        const { now } = suite;
        const added = signRequest({
          method,
          url,
          headers,
          body,
          service,
          region: 'eu-west-3',
          credentials,
          now,
        });
        expect({ ...headers, host: 'api.example:8443', ...added }).toEqual(reference.headers);
      },
    ),
  );
});

test('credentials that sign for several services, regions and days in turn sign each as new ones do', () => {
  const scopes = [
    { service: 'lambda', region: 'us-east-1', now: new Date('2026-01-01T00:00:00Z') },
    { service: 'sqs', region: 'us-east-1', now: new Date('2026-01-01T00:00:00Z') },
    { service: 'sqs', region: 'eu-west-3', now: new Date('2026-01-01T00:00:00Z') },
    { service: 'sqs', region: 'eu-west-3', now: new Date('2026-01-02T00:00:00Z') },
  ];
  const request = { method: 'GET', url: 'https://api.example/' };
  const { credentials } = suite;
  for (const scope of [...scopes, ...scopes]) {
    const alone = signRequest({ ...request, ...scope, credentials: { ...credentials } });
    expect(signRequest({ ...request, ...scope, credentials })).toEqual(alone);
  }
});
