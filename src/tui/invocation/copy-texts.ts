import { field, isObject, textField } from '../../fixtures/event-fields.ts';
import { parseJson } from '../../fixtures/json-text.ts';
import { isAnswerCut } from '../../session/record-answer.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { httpStream } from './http-stream.ts';

/** Something of an invocation that can be copied, or why it cannot. */
export type CopyText = {
  readonly label: string;
  readonly key: string;
  readonly text: string | { readonly missing: string };
};

/** `command` is what invokes the function, without an event. */
export function copyTexts(record: InvocationRecord, command: string): readonly CopyText[] {
  const event = textOf(record.event);
  const parsed = parseJson(event);
  return [
    {
      label: isAnswerCut(record) ? 'beginning of the answer' : 'answer',
      key: 'a',
      text: answerText(record) ?? { missing: 'There is no answer.' },
    },
    { label: 'event', key: 'e', text: event === '' ? { missing: 'There is no event.' } : event },
    { label: 'command that sends it', key: 'i', text: withEvent(command, event) },
    {
      label: 'curl command',
      key: 'u',
      text: (parsed.status === 'parsed' ? curlCommand(parsed.value) : undefined) ?? {
        missing: 'Its event is no HTTP request.',
      },
    },
    { label: 'request id', key: 'r', text: record.requestId },
  ];
}

/** Of a streamed HTTP answer its prelude and its body, as one reads them. */
function answerText({ answer }: InvocationRecord): string | undefined {
  if (answer === undefined || answer.byteLength === 0) return undefined;
  const stream = httpStream(answer);
  return stream === undefined
    ? textOf(answer)
    : `${JSON.stringify(stream.prelude)}\n\n${textOf(stream.body)}`;
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** `llx invoke` takes `--data`; AWS's own command line takes the file for the answer last. */
function withEvent(command: string, event: string): string {
  if (!command.startsWith('aws ')) return `${command} --data ${quoted(event)}`;
  const words = command.split(' ');
  const file = words.pop() ?? 'answer.json';
  return `${words.join(' ')} --cli-binary-format raw-in-base64-out --payload ${quoted(event)} ${file}`;
}

/** One word of a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Made anew by curl, or not the client's. */
const OWN_HEADERS =
  /^(?:host|content-length|connection|x-forwarded-.*|x-amzn-.*|x-amz-cf-.*|via|cloudfront-.*)$/i;

/** The request that API Gateway, a function URL or a load balancer was sent; undefined for any other event. */
export function curlCommand(event: unknown): string | undefined {
  const context = field(event, 'requestContext');
  const method = textField(context, 'http', 'method') ?? textField(event, 'httpMethod');
  if (method === undefined) return undefined;
  const headers = headersOf(event);
  const host =
    textField(context, 'domainName') ?? headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const url = `https://${host ?? 'HOST'}${textField(event, 'rawPath') ?? textField(context, 'path') ?? textField(event, 'path') ?? '/'}${queryOf(event)}`;
  const words = ['curl', '-X', method, url];
  for (const [name, value] of headers) {
    if (!OWN_HEADERS.test(name)) words.push('-H', `${name}: ${value}`);
  }
  const body = textField(event, 'body');
  if (body !== undefined && body !== '') {
    const bytes = field(event, 'isBase64Encoded') === true ? Buffer.from(body, 'base64').toString() : body;
    words.push('--data-raw', bytes);
  }
  return words.map(quoted).join(' ');
}

function headersOf(event: unknown): readonly (readonly [string, string])[] {
  const single = field(event, 'headers');
  const several = field(event, 'multiValueHeaders');
  const headers: (readonly [string, string])[] = [];
  if (isObject(several)) {
    for (const [name, values] of Object.entries(several)) {
      if (Array.isArray(values)) for (const value of values) headers.push([name, String(value)]);
    }
  } else if (isObject(single)) {
    for (const [name, value] of Object.entries(single))
      if (typeof value === 'string') headers.push([name, value]);
  }
  const cookies = field(event, 'cookies');
  if (Array.isArray(cookies) && cookies.length > 0) headers.push(['cookie', cookies.join('; ')]);
  return headers;
}

function queryOf(event: unknown): string {
  const raw = textField(event, 'rawQueryString');
  if (raw !== undefined) return raw === '' ? '' : `?${raw}`;
  const several = field(event, 'multiValueQueryStringParameters');
  const single = field(event, 'queryStringParameters');
  const query = new URLSearchParams();
  if (isObject(several)) {
    for (const [name, values] of Object.entries(several))
      if (Array.isArray(values)) for (const value of values) query.append(name, String(value));
  } else if (isObject(single)) {
    for (const [name, value] of Object.entries(single)) query.append(name, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}
