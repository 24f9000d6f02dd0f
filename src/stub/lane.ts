import { isLane } from '../protocol/topics.ts';

export const DEFAULT_LANE = 'default';
const NAME = 'x-llx-lane';

type Unknown = Readonly<Record<string, unknown>>;

/**
 * The lane that an invocation names: in the client context, an HTTP header, or a message attribute; none is
 * `default`. Undefined: it names something that no session can hold.
 */
export function laneOf(event: unknown, clientContext: unknown): string | undefined {
  const named = fromClientContext(clientContext) ?? fromHeaders(event) ?? fromRecord(event);
  if (named === undefined) return DEFAULT_LANE;
  return isLane(named) ? named : undefined;
}

function object(value: unknown): Unknown | undefined {
  return typeof value === 'object' && value !== null ? (value as Unknown) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

// `custom` as the mobile SDKs and every other caller write it, `Custom` as some of them did.
function fromClientContext(clientContext: unknown): string | undefined {
  const context = object(clientContext);
  const custom = object(context?.custom) ?? object(context?.Custom);
  return text(custom?.[NAME]) ?? text(context?.[NAME]);
}

// API Gateway v1 and ALB keep the caller's spelling of a header, v2 and function URLs make it lower case.
function fromHeaders(event: unknown): string | undefined {
  const headers = object(object(event)?.headers);
  if (headers === undefined) return undefined;
  const direct = text(headers[NAME]);
  if (direct !== undefined) return direct;
  for (const name of Object.keys(headers)) if (name.toLowerCase() === NAME) return text(headers[name]);
  return undefined;
}

// SQS: Records[0].messageAttributes; SNS: Records[0].Sns.MessageAttributes. A batch follows its first message.
function fromRecord(event: unknown): string | undefined {
  const records = object(event)?.Records;
  const first = Array.isArray(records) ? object(records[0]) : undefined;
  const sqs = object(object(first?.messageAttributes)?.[NAME]);
  const sns = object(object(object(first?.Sns)?.MessageAttributes)?.[NAME]);
  return text(sqs?.stringValue) ?? text(sns?.Value);
}
