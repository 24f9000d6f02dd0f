import type { CalledRequest, SigningCaller } from '../http/event-parts.ts';
import type { ApiDefinition, GatewayStage } from './api-definition.ts';

/** What an authorizer has said of a caller. */
export type AuthorizerResult =
  | ({ readonly type: 'iam' } & SigningCaller)
  | {
      readonly type: 'lambda';
      readonly principalId: string | undefined;
      readonly context: Readonly<Record<string, unknown>>;
    };

/** A request to a route of an HTTP or a REST API, read whole. */
export type GatewayRequest = CalledRequest & {
  readonly api: ApiDefinition;
  readonly stage: GatewayStage;
  /** With the stage where the caller named it, without the query: `/prod/orders/1`. Of an HTTP API decoded. */
  readonly wholePath: string;
  /** As on the wire, without the stage: `/orders/1`. */
  readonly path: string;
  /** Without the question mark. */
  readonly rawQueryString: string;
  /** Names and values in turn, as the caller wrote them. */
  readonly rawHeaders: readonly string[];
  readonly routeKey: string;
  /** `/orders/{id}` */
  readonly resourcePath: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** What leads back to the API, without scheme and stage: `<id>.execute-api.localhost:4566`. */
  readonly domainName: string;
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly authorizer?: AuthorizerResult;
};

/** Undefined where there is nothing in it: such members of events are absent, or null. */
export function unlessEmpty<Value>(
  values: Readonly<Record<string, Value>>,
): Readonly<Record<string, Value>> | undefined {
  return Object.keys(values).length === 0 ? undefined : values;
}

/** What policies and authorizers name: https://docs.aws.amazon.com/apigateway/latest/developerguide/arn-format-reference.html */
export function methodArn(request: {
  readonly region: string;
  readonly account: string;
  readonly api: { readonly id: string };
  readonly stage: { readonly name: string };
  readonly method: string;
  /** Without the stage; of a WebSocket API there is none. */
  readonly path: string;
}): string {
  const { region, account, api, stage, method, path } = request;
  return `arn:aws:execute-api:${region}:${account}:${api.id}/${stage.name}/${method}${path}`;
}
