import { createHash } from 'node:crypto';
import { invalidParameter } from './sqs-error.ts';

/** `BinaryValue` is base64, as in the JSON of requests and answers. */
export type MessageAttribute = {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
};

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const NAME = /^(?!\.|aws\.|amazon\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/i;
const DATA_TYPE = /^(?:String|Number|Binary)(?:\..{1,249})?$/;
const MOST_ATTRIBUTES = 10;

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 *
 * @throws AwsError InvalidParameterValue
 */
export function parseMessageAttributes(input: unknown): MessageAttributes | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const entries = Object.entries(input);
  if (entries.length === 0) return undefined;
  if (entries.length > MOST_ATTRIBUTES) {
    throw invalidParameter(
      `Number of message attributes [${entries.length}] exceeds the allowed maximum [${MOST_ATTRIBUTES}].`,
    );
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, parseAttribute(name, value)]));
}

function parseAttribute(name: string, input: unknown): MessageAttribute {
  if (!NAME.test(name)) {
    throw invalidParameter(
      `Message (user) attribute name ${name.slice(0, 256)} is invalid. It can contain letters, digits, hyphens, underscores and single periods between them, and must not begin with AWS. or Amazon.`,
    );
  }
  const { DataType, StringValue, BinaryValue }: Readonly<Record<string, unknown>> =
    typeof input === 'object' && input !== null ? { ...input } : {};
  if (typeof DataType !== 'string' || !DATA_TYPE.test(DataType)) {
    throw invalidParameter(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    );
  }
  const value = DataType.startsWith('Binary') ? BinaryValue : StringValue;
  if (typeof value !== 'string' || value === '') {
    throw invalidParameter(
      `The message attribute '${name}' must contain a non-empty message attribute value for message attribute type '${DataType.split('.')[0]}'.`,
    );
  }
  if (DataType.startsWith('Binary')) return { DataType, BinaryValue: value };
  if (DataType.startsWith('Number') && Number.isNaN(Number(value))) {
    throw invalidParameter(`Can't cast the value of message attribute '${name}' to a number.`);
  }
  return { DataType, StringValue: value };
}

/** The only system attribute that senders may set. */
const TRACE_HEADER = 'AWSTraceHeader';

/** @throws AwsError InvalidParameterValue */
export function parseTraceHeader(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  for (const [name, value] of Object.entries(input)) {
    if (name !== TRACE_HEADER) {
      throw invalidParameter(`Message system attribute name '${name}' is invalid. Only ${TRACE_HEADER} is.`);
    }
    const { DataType, StringValue } = parseAttribute(name, value);
    if (DataType === 'String' && StringValue !== undefined) return StringValue;
    throw invalidParameter(`The message system attribute '${name}' must be a String.`);
  }
  return undefined;
}

export function traceHeaderDigest(traceHeader: string): string {
  return attributesDigest({ [TRACE_HEADER]: { DataType: 'String', StringValue: traceHeader } });
}

/** What counts against the size of a message, beside its body. */
export function attributesBytes(attributes: MessageAttributes | undefined): number {
  let bytes = 0;
  for (const [name, { DataType, ...value }] of Object.entries(attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + bytesOf(value).length;
  }
  return bytes;
}

function bytesOf({ StringValue, BinaryValue }: Omit<MessageAttribute, 'DataType'>): Buffer {
  return StringValue === undefined ? Buffer.from(BinaryValue ?? '', 'base64') : Buffer.from(StringValue);
}

const STRING_TRANSPORT = 1;
const BINARY_TRANSPORT = 2;

/**
 * MD5OfMessageAttributes, which SDKs check.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function attributesDigest(attributes: MessageAttributes): string {
  const hash = createHash('md5');
  const length = Buffer.alloc(4);
  const add = (bytes: Buffer): void => {
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(Buffer.from(name));
    add(Buffer.from(attribute.DataType));
    hash.update(Buffer.of(attribute.StringValue === undefined ? BINARY_TRANSPORT : STRING_TRANSPORT));
    add(bytesOf(attribute));
  }
  return hash.digest('hex');
}

/** `MessageAttributeNames` of a receive: names, prefixes (`trace.*`), `All` or `.*`. */
export function selectAttributes(
  attributes: MessageAttributes | undefined,
  names: readonly string[],
): MessageAttributes | undefined {
  if (attributes === undefined || names.length === 0) return undefined;
  if (names.includes('All') || names.includes('.*')) return attributes;
  const prefixes = names.filter((name) => name.endsWith('.*')).map((name) => name.slice(0, -1));
  const selected = Object.entries(attributes).filter(
    ([name]) => names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  );
  return selected.length === 0 ? undefined : Object.fromEntries(selected);
}
