import { createHash } from 'node:crypto';

export type ApiProtocol = 'HTTP' | 'REST' | 'WEBSOCKET';

/** The payload of a Lambda proxy integration, and of an authorizer. */
export type PayloadFormat = '1.0' | '2.0';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export type GatewayCors = {
  readonly allowOrigins?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly allowCredentials?: boolean;
  /** Seconds. */
  readonly maxAge?: number;
};

export type GatewayIntegration =
  | {
      readonly type: 'lambda';
      /** A function's name or ARN, with or without a qualifier; may hold `${stageVariables.name}`. */
      readonly target: string;
      readonly payloadFormat: PayloadFormat;
      /** @default the longest that the protocol has */
      readonly timeoutMs?: number;
    }
  /** Of REST APIs: how the CDK answers preflights. */
  | { readonly type: 'mock'; readonly status: number; readonly headers: Readonly<Record<string, string>> };

export type GatewayAuthorizer = {
  readonly name: string;
  readonly type: 'REQUEST' | 'TOKEN';
  /** As of an integration. */
  readonly target: string;
  readonly payloadFormat: PayloadFormat;
  /** The answer is `{ isAuthorized, context }`, not a policy. */
  readonly simpleResponses: boolean;
  /** `$request.header.Authorization`; of REST and WebSocket APIs also `method.request.…` and `route.request.…`. */
  readonly identitySources: readonly string[];
  /** 0: not cached. */
  readonly ttlSeconds: number;
};

export type RouteAuthorization =
  | { readonly type: 'NONE' }
  | { readonly type: 'AWS_IAM' }
  | { readonly type: 'CUSTOM'; readonly authorizer: GatewayAuthorizer }
  /** What is not emulated: nobody gets through. */
  | { readonly type: 'unsupported'; readonly name: string };

export type GatewayRoute = {
  /** `GET /orders/{id}`, `ANY /{proxy+}`, `$default`; of a WebSocket API `$connect` or what its expression gives. */
  readonly key: string;
  readonly authorization: RouteAuthorization;
  /** Absent: there is nothing behind it yet. */
  readonly integration?: GatewayIntegration;
  /** Of a WebSocket API: the answer of the function goes back to the client. */
  readonly answers?: boolean;
};

export type GatewayStage = {
  /** `$default` is at the root of the API's host, any other is the first segment of the path. */
  readonly name: string;
  readonly variables?: Readonly<Record<string, string>>;
};

/** An API as requests meet it, wherever it was written: in the configuration, a template, or through the API. */
export type ApiDefinition = {
  readonly id: string;
  readonly name: string;
  readonly protocol: ApiProtocol;
  readonly stages: readonly GatewayStage[];
  readonly routes: readonly GatewayRoute[];
  /** Of HTTP APIs. */
  readonly cors?: GatewayCors;
  /** Of REST APIs. */
  readonly binaryMediaTypes?: readonly string[];
  /** Of WebSocket APIs. @default $request.body.action */
  readonly routeSelectionExpression?: string;
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 10;

/** Of an API that is written in a project: the same at every start, so that an address in somebody's settings stays good. */
export function configuredApiId(name: string): string {
  const hash = createHash('sha256').update(name).digest();
  return Array.from(hash.subarray(0, LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('');
}

export const DEFAULT_STAGE = '$default';
export const DEFAULT_ROUTE = '$default';
export const DEFAULT_ROUTE_SELECTION = '$request.body.action';
