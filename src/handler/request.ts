import { isMembers, type Members, members, parsed, text, texts } from './event.ts';

/** Of Lambda's context what every handler may need; all of it is there. */
export type LambdaContext = {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  getRemainingTimeInMillis(): number;
};

export type Source = 'http' | 'queue' | 'topic' | 'direct';

/** One request of a handler, the same whatever it came by. */
export type HandlerRequest<Body = unknown> = {
  readonly source: Source;
  /** What JSON said, else a text, or bytes (Uint8Array); undefined for none. */
  readonly body: Body;
  /** Of the path: `{id}`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Values of a name that came more than once are joined by commas. */
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of HTTP: `GET`, and the path as it was asked for. */
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** That a message was published to. */
  readonly topic: string | undefined;
  /** Of a queue's message: those that were sent with it; bytes are in base64. */
  readonly attributes: Readonly<Record<string, string>>;
  /** As it came; of a queue the record alone. */
  readonly event: unknown;
  readonly lambda: LambdaContext;
};

type Read = Omit<HandlerRequest, 'lambda'>;

const NOTHING = {
  parameters: {},
  query: {},
  headers: {},
  method: undefined,
  path: undefined,
  topic: undefined,
  attributes: {},
} as const;

/** What an event is, if it is no batch of a queue. */
export function readRequest(event: unknown): Read {
  if (isMembers(event)) {
    if (isHttp(event)) return httpRequest(event);
    const { topic, ...message }: Members = event;
    // As `SELECT *, topic() AS topic` makes it. https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-functions.html#iot-function-topic
    if (typeof topic === 'string') return { ...NOTHING, source: 'topic', body: message, topic, event };
  }
  return { ...NOTHING, source: 'direct', body: event, event };
}

/** API Gateway's formats 1.0 and 2.0, function URLs, and load balancers. */
export function isHttp(event: unknown): event is Members {
  if (!isMembers(event) || !isMembers(event.requestContext)) return false;
  return typeof event.httpMethod === 'string' || isMembers(event.requestContext.http);
}

function httpRequest(event: Members): Read {
  const context = members(event.requestContext);
  const http = members(context.http);
  const headers = texts(event.headers, event.multiValueHeaders);
  return {
    ...NOTHING,
    source: 'http',
    body: bodyOf(event),
    parameters: texts(event.pathParameters),
    // Of a name that came twice, format 1.0 has only the last value outside of `multiValue…`.
    query: queryOf(event, 'elb' in context),
    headers: {
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      ...(Array.isArray(event.cookies) ? { cookie: event.cookies.join('; ') } : {}),
    },
    method: text(http.method) ?? text(event.httpMethod),
    path: text(http.path) ?? text(event.path),
    event,
  };
}

/** Load balancers pass on names and values as they were written. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html */
function queryOf(event: Members, isEncoded: boolean): Readonly<Record<string, string>> {
  const query = texts(event.queryStringParameters, event.multiValueQueryStringParameters);
  if (!isEncoded) return query;
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [decoded(name), decoded(value)] as const),
  );
}

function decoded(written: string): string {
  const spaced = written.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    // A stray percent sign: the client's own text is more than nothing.
    return written;
  }
}

function bodyOf(event: Members): unknown {
  const body = text(event.body);
  // An empty one is what a load balancer says of none.
  if (body === undefined || body === '') return undefined;
  if (event.isBase64Encoded !== true) return parsed(body);
  const bytes = Buffer.from(body, 'base64');
  return isText(event) ? parsed(bytes.toString('utf8')) : new Uint8Array(bytes);
}

/** API Gateway encodes texts, too, where their media type is one of the API's binary types. */
function isText(event: Members): boolean {
  const headers = Object.entries(texts(event.headers, event.multiValueHeaders));
  const [, type = ''] = headers.find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return /^(?:text\/|application\/(?:[\w.+-]+\+)?json\b|application\/x-www-form-urlencoded)/i.test(type);
}

export type QueueRecord = {
  readonly messageId: string;
  /** Of a FIFO queue. */
  readonly group: string | undefined;
  readonly request: Read;
};

/** The messages of a batch of SQS; undefined for every other event. */
export function readQueueRecords(event: unknown): readonly QueueRecord[] | undefined {
  const records = members(event).Records;
  if (!Array.isArray(records) || members(records[0]).eventSource !== 'aws:sqs') return undefined;
  return records.map((record: unknown) => {
    const { messageId, body, attributes, messageAttributes, eventSourceARN } = members(record);
    // Standard queues have groups, too, without an order: they are for fairness alone.
    const isFifo = text(eventSourceARN)?.endsWith('.fifo') !== false;
    return {
      messageId: text(messageId) ?? '',
      group: isFifo ? text(members(attributes).MessageGroupId) : undefined,
      request: {
        ...NOTHING,
        source: 'queue',
        body: parsed(text(body) ?? ''),
        attributes: Object.fromEntries(
          Object.entries(members(messageAttributes)).map(([name, value]) => {
            const { stringValue, binaryValue } = members(value);
            return [name, text(stringValue) ?? text(binaryValue) ?? ''];
          }),
        ),
        event: record,
      },
    };
  });
}
