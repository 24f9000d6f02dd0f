import type { IncomingMessage } from 'node:http';
import { AwsError } from '../../http/aws-error.ts';

/** 16 bytes in base64. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
/** Of the standard, and of its last drafts, which is the same on the wire. */
const VERSIONS = new Set(['13', '8']);

/**
 * Whether a request that asks for a WebSocket is a handshake: https://www.rfc-editor.org/rfc/rfc6455#section-4.2.1
 *
 * @throws AwsError 400, 405 or 426
 */
export function checkHandshake({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): void {
  if (method !== 'GET') throw refused(405, 'expected GET', { allow: 'GET' });
  if (!KEY.test(headers['sec-websocket-key'] ?? '')) throw refused(400, 'expected a Sec-WebSocket-Key');
  if (!VERSIONS.has(headers['sec-websocket-version'] ?? '')) {
    throw refused(426, 'expected version 13 of WebSockets', { 'sec-websocket-version': '13' });
  }
  const protocols = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
  if (!protocols.every((name) => TOKEN.test(name)) || new Set(protocols).size < protocols.length) {
    throw refused(400, 'expected names in Sec-WebSocket-Protocol, each of them once');
  }
}

function refused(status: number, message: string, headers: Readonly<Record<string, string>> = {}): AwsError {
  return new AwsError(status, 'BadRequestException', { message }, headers);
}
