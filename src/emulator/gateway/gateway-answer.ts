import { isObject } from '../json-object.ts';
import {
  BAD_GATEWAY,
  isHeader,
  OWN_HEADERS,
  type UrlAnswer,
  urlAnswer,
  urlAnswerHead,
} from '../lambda/urls/url-answer.ts';
import type { ApiProtocol, PayloadFormat } from './api-definition.ts';
import { isBinaryMediaType } from './media-type.ts';

/** What the caller of an API gets. */
export type GatewayAnswer = UrlAnswer;

/** What an HTTP API says of a body that its function gave no type. */
const TEXT_TYPE = 'text/plain; charset=utf-8';

export type AnswerContext = {
  readonly protocol: ApiProtocol;
  readonly payloadFormat: PayloadFormat;
  readonly binaryMediaTypes: readonly string[];
  /** Of the request: a REST API gives bytes to those who say that they take them. */
  readonly accept: string | undefined;
};

/**
 * The HTTP answer that a function's answer stands for. Undefined: none can be made of it.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export function gatewayAnswer(payload: Uint8Array, context: AnswerContext): GatewayAnswer | undefined {
  if (context.payloadFormat === '1.0') return answerV1(payload, context);
  const answer = urlAnswer(payload, TEXT_TYPE);
  return answer === BAD_GATEWAY ? undefined : answer;
}

/** A REST API sets these itself, and lets what a function says of them through under another name. */
const REMAPPED = ['connection', 'content-length', 'date', 'server', 'transfer-encoding', 'www-authenticate'];

function answerV1(payload: Uint8Array, context: AnswerContext): GatewayAnswer | undefined {
  const value = parsed(payload);
  if (!isObject(value) || value.statusCode === undefined) return undefined;
  const isRest = context.protocol === 'REST';
  const head = urlAnswerHead(
    { statusCode: value.statusCode, headers: isRest ? remapped(value.headers) : value.headers },
    isRest ? 'application/json' : TEXT_TYPE,
  );
  const multiple = multipleOf(isRest ? remapped(value.multiValueHeaders) : value.multiValueHeaders);
  if (head === undefined || multiple === undefined) return undefined;
  const { body = null, isBase64Encoded } = value;
  if (body !== null && typeof body !== 'string') return undefined;
  const isBinary =
    isBase64Encoded === true && (!isRest || isBinaryMediaType(context.binaryMediaTypes, context.accept));
  return {
    status: head.status,
    headers: merged(head.headers, multiple, Object.keys(isObject(value.headers) ? value.headers : {})),
    body: Buffer.from(body ?? '', isBinary ? 'base64' : 'utf8'),
  };
}

/**
 * Values of both stand side by side, each once; a type of ours that the function did not write is none of them.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
 */
function merged(
  single: GatewayAnswer['headers'],
  multiple: Readonly<Record<string, readonly string[]>>,
  written: readonly string[],
): GatewayAnswer['headers'] {
  const hasType = written.some((name) => name.toLowerCase() === 'content-type');
  const all = Object.entries(multiple).map(([name, values]): [string, readonly string[]] => {
    const before = name === 'content-type' && !hasType ? [] : [single[name] ?? []].flat();
    return [name, [...before.filter((value) => !values.includes(value)), ...values]];
  });
  return { ...single, ...Object.fromEntries(all) };
}

function parsed(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'));
  } catch {
    // Of a handler that streams: no answer of this format.
    return undefined;
  }
}

function remapped(headers: unknown): unknown {
  if (!isObject(headers)) return headers;
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      REMAPPED.includes(name.toLowerCase()) ? `x-amzn-remapped-${name.toLowerCase()}` : name,
      value,
    ]),
  );
}

function multipleOf(written: unknown): Readonly<Record<string, readonly string[]>> | undefined {
  if (written === undefined || written === null) return {};
  if (!isObject(written)) return undefined;
  const headers = Object.entries(written).map(([name, values]): [string, readonly string[]] => [
    name.toLowerCase(),
    [values ?? []].flat().map(String),
  ]);
  if (!headers.every(([name, values]) => values.every((value) => isHeader(name, value)))) return undefined;
  return Object.fromEntries(headers.filter(([name]) => !OWN_HEADERS.includes(name)));
}
