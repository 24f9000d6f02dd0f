import { expect, test } from 'vitest';
import { presignWebSocketUrl } from './presign-websocket-url.ts';

const options = {
  host: 'abc123-ats.iot.us-east-1.amazonaws.com',
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
  now: new Date('2026-11-21T00:00:00Z'),
};

// The signatures are those of aws-crt, AWS's own client of IoT Core.
test('the URL carries the signature of AWS’s own client', () => {
  expect(presignWebSocketUrl(options)).toBe(
    'wss://abc123-ats.iot.us-east-1.amazonaws.com/mqtt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261121%2Fus-east-1%2Fiotdevicegateway%2Faws4_request&X-Amz-Date=20261121T000000Z&X-Amz-SignedHeaders=host&X-Amz-Signature=dda58b6798d97bf596872ee431187d02c83f1df033d9c27dc1e0b4b7062f5f26',
  );
});

test('an end of the URL’s life is signed with it', () => {
  expect(presignWebSocketUrl({ ...options, expiresSeconds: 3600 })).toContain(
    '&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=f73726ab62e124f6471ec05f19dcdaa58f6bce7c98d57c9b1cacfcad9431548c',
  );
});

test('a session token comes after the signature and does not change it', () => {
  const credentials = { ...options.credentials, sessionToken: 'a/b+c=' };
  expect(presignWebSocketUrl({ ...options, credentials })).toBe(
    `${presignWebSocketUrl(options)}&X-Amz-Security-Token=a%2Fb%2Bc%3D`,
  );
});

test('a port is in the URL, not in what is signed', () => {
  expect(presignWebSocketUrl({ ...options, host: `${options.host}:8443` })).toBe(
    presignWebSocketUrl(options).replace('.com/', '.com:8443/'),
  );
});
