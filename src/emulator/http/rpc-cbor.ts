import { cbor, tag } from '@smithy/core/cbor';
import { isObject } from '../json-object.ts';
import { type ApiProtocol, unreadable } from './api-protocol.ts';
import { MOST_VALUES } from './json-values.ts';

const HEADERS = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' } as const;

/** CloudWatch as boto3 speaks it: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html */
export const RPC_CBOR: ApiProtocol = {
  decode(body) {
    if (body.byteLength === 0) return {};
    let value: unknown;
    try {
      checkItems(body);
      value = plain(cbor.deserialize(body));
    } catch (cause) {
      throw unreadable('SerializationException', `Could not parse request body: ${String(cause)}`);
    }
    if (isObject(value)) return value;
    throw unreadable('SerializationException', 'Could not parse request body: expected a map');
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

/** Bytes of the argument that follows a head, by the head's lower bits; others have none. */
const ARGUMENT_BYTES: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 };
const [BYTE_STRING, TEXT, LIST, MAP, TAG] = [2, 3, 4, 5, 6];
const TIMESTAMP = 1;

/**
 * Before it is decoded. AWS sends timestamps as the only tag; of the others a number of a megabyte takes minutes. The
 * decoder makes room for as many items as a list says that it has, and each of them takes a hundred bytes.
 *
 * @throws TypeError
 */
function checkItems(body: Uint8Array): void {
  const view = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  let items = 0;
  let declared = 0;
  // Heads one after the other, whatever holds them: what ends too early is for the decoder to say.
  for (let at = 0; at < view.length; ) {
    const head = view.readUInt8(at);
    const [major, low] = [head >> 5, head & 31];
    const size = ARGUMENT_BYTES[low] ?? 0;
    at += 1;
    if (at + size > view.length) return;
    let argument = low;
    if (size === 8) argument = Number(view.readBigUInt64BE(at));
    else if (size > 0) argument = view.readUIntBE(at, size);
    at += size;
    if (major === TAG && argument !== TIMESTAMP) throw new TypeError(`unexpected tag ${argument}`);
    items += 1;
    if (low < 31) {
      if (major === BYTE_STRING || major === TEXT) at += argument;
      else if (major === LIST) declared += argument;
      else if (major === MAP) declared += 2 * argument;
    }
    // Each item belongs to one list or map, and has a byte at least.
    if (declared > view.length) throw new TypeError('expected as many items as are declared');
    if (items > MOST_VALUES) throw new TypeError(`expected at most ${MOST_VALUES} items`);
  }
}

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
