import { cbor, tag } from '@smithy/core/cbor';
import { type ApiProtocol, unreadable } from './api-protocol.ts';

const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' } as const;

/** CloudWatch as boto3 speaks it: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
export const RPC_CBOR: ApiProtocol = {
  decode(body) {
    if (body.byteLength === 0) return {};
    let value: unknown;
    try {
      value = plain(cbor.deserialize(body));
    } catch (cause) {
      throw unreadable('SerializationException', `Could not parse request body: ${String(cause)}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw unreadable('SerializationException', 'Could not parse request body: expected a map');
    }
    return value as Readonly<Record<string, unknown>>;
  },
  encode: ({ status = 200, headers = {}, output = {} }) => ({
    status,
    headers: { ...HEADERS, ...headers },
    body: cbor.serialize(tagged(output)),
  }),
  encodeError: (error) => ({
    status: error.statusCode,
    headers: { ...HEADERS, ...error.headers },
    body: cbor.serialize(tagged({ __type: error.type, message: error.body.Message, ...error.body })),
  }),
};

/** Timestamps are tag 1; operations know them as epoch seconds. https://www.rfc-editor.org/rfc/rfc8949#section-3.4.2 */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('tag' in value && 'value' in value && value.tag === 1) return value.value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

function tagged(value: unknown): unknown {
  if (value instanceof Date) return tag({ tag: 1, value: value.getTime() / 1000 });
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, tagged(member)]));
}
