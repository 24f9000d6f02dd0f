import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keepCredentialsSecret, keepSecret, Redactor, redact } from './redact.ts';

test('a known value is replaced wherever it stands, also URL-encoded; the rest stays', () => {
  const redactor = new Redactor();
  redactor.add('wJalr/XUtn+FEMI=', undefined);
  expect(redactor.redact('key=wJalr/XUtn+FEMI= url=?t=wJalr%2FXUtn%2BFEMI%3D wJalr')).toBe(
    'key=[secret] url=?t=[secret] wJalr',
  );
});

test('a value that begins like another is replaced as a whole', () => {
  const redactor = new Redactor();
  redactor.add('0123456789abcdef', '0123456789abcdef-and-more');
  expect(redactor.redact('0123456789abcdef-and-more, 0123456789abcdef')).toBe('[secret], [secret]');
});

test.each([
  ['of any characters', fc.string({ minLength: 12, unit: 'binary' })],
  ['as AWS makes them', fc.base64String({ minLength: 12 })],
])('no value %s is left in any text', (_kind, values) => {
  fc.assert(
    fc.property(
      fc.array(values, { minLength: 1, maxLength: 5 }),
      fc.array(fc.string()),
      (secrets, between) => {
        const redactor = new Redactor();
        redactor.add(...secrets);
        const shown = redactor.redact([...between, ...secrets, ...between].join('\n'));
        for (const piece of shown.split('[secret]')) {
          expect(secrets.filter((secret) => piece.includes(secret))).toEqual([]);
        }
      },
    ),
  );
});

test('a presigned URL in JSON leaves JSON behind, in JSON inside a text, too', () => {
  const event = { url: 'https://x/?X-Amz-Signature=abc', inside: '{"url":"https://x/?X-Amz-Signature=abc"}' };
  expect(JSON.parse(redact(JSON.stringify(event)))).toEqual({
    url: 'https://x/?X-Amz-Signature=[secret]',
    inside: '{"url":"https://x/?X-Amz-Signature=[secret]"}',
  });
});

test('a value is found in the middle of a longer word', () => {
  const redactor = new Redactor();
  redactor.add('0123456789abcdef');
  expect(redactor.redact('AWS_SECRET=0123456789abcdefAWS_TOKEN=x')).toBe('AWS_SECRET=[secret]AWS_TOKEN=x');
});

test('what is too short to be a key is no reason to tear text apart', () => {
  const redactor = new Redactor();
  redactor.add('', 'secret', 'us-east-1');
  expect(redactor.redact('a secret of us-east-1')).toBe('a secret of us-east-1');
});

test('a presigned URL keeps its form and loses what authorises it, whoever signed it', () => {
  expect(
    new Redactor().redact(
      'wss://x/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121&X-Amz-Signature=abc123&X-Amz-Security-Token=IQoJ%2Bb3 refused',
    ),
  ).toBe(
    'wss://x/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F20261121&X-Amz-Signature=[secret]&X-Amz-Security-Token=[secret] refused',
  );
});

test('only what was used last is remembered, so that a long session does not grow', () => {
  const redactor = new Redactor();
  const used = 'a-secret-that-is-used';
  redactor.add('a-secret-that-is-over', used);
  for (let index = 1_000; index < 3_000; index += 1) {
    redactor.add(`a-secret-value-${index}`);
    redactor.add(used);
  }
  expect(redactor.redact(`a-secret-that-is-over ${used} a-secret-value-1000 a-secret-value-2999`)).toBe(
    'a-secret-that-is-over [secret] a-secret-value-1000 [secret]',
  );
});

test('the process has one memory of its secrets: of a key pair the secret and the token, not the id', () => {
  keepSecret('a-token-of-an-endpoint');
  keepCredentialsSecret({
    accessKeyId: 'ASIAREDACTTEST',
    secretAccessKey: 'redact-test-secret',
    sessionToken: 'redact-test-token',
  });
  expect(redact('ASIAREDACTTEST redact-test-secret redact-test-token a-token-of-an-endpoint')).toBe(
    'ASIAREDACTTEST [secret] [secret] [secret]',
  );
});

test('a run of millions of characters is searched, too', () => {
  const redactor = new Redactor();
  redactor.add('a-key-in-a-long-run');
  const run = 'x'.repeat(5_000_000);
  expect(redactor.redact(`${run}a-key-in-a-long-run${run}`) === `${run}[secret]${run}`).toBe(true);
});

test('the token of a credential endpoint is known by its beginning, in another process too', () => {
  expect(new Redactor().redact('token llx-credentials-a_B-9, and more')).toBe('token [secret], and more');
});
