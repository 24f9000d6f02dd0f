/** APIs as a configuration file writes them, and as `llx/cdk` reads them from templates. By their names. */
export type ApisConfig = Readonly<Record<string, ApiConfig>>;

/** An API of API Gateway, which the emulator serves at `http://<name>.execute-api.localhost`. */
export type ApiConfig = {
  /** @default 'http' */
  readonly type?: 'http' | 'rest' | 'websocket';
  /**
   * `$default` is at the root of the API's host, any other the first segment of the path.
   *
   * @default '$default' of an HTTP API, 'prod' of any other
   */
  readonly stage?: string;
  /** @default {} */
  readonly stageVariables?: Readonly<Record<string, string>>;
  /**
   * By route: `GET /orders/{id}`, `ANY /{proxy+}`, `$default`; of a WebSocket API `$connect`, `$disconnect`, `$default`
   * or what its expression gives. The value is a function's name, or more.
   */
  readonly routes: Readonly<Record<string, string | ApiRouteConfig>>;
  /** Of HTTP APIs; of WebSocket APIs its `allowOrigins` are who may connect from a page. @default none */
  readonly cors?: ApiCorsConfig;
  /**
   * Of the events that functions get.
   *
   * @default '2.0' of an HTTP API; any other has only '1.0'
   */
  readonly payloadFormat?: '1.0' | '2.0';
  /** Of REST APIs. @default [] */
  readonly binaryMediaTypes?: readonly string[];
  /** Of WebSocket APIs. @default '$request.body.action' */
  readonly routeSelectionExpression?: string;
  /** By name, for the routes that name them. @default {} */
  readonly authorizers?: Readonly<Record<string, ApiAuthorizerConfig>>;
};

export type ApiRouteConfig = {
  /** Its name or ARN; may hold `${stageVariables.name}`. Absent only of a mock. */
  readonly function?: string;
  /** One of the API's authorizers, or `AWS_IAM`. @default none: whoever can reach the emulator may call */
  readonly authorizer?: string;
  /** @default the API's */
  readonly payloadFormat?: '1.0' | '2.0';
  /** Seconds. @default 30 of an HTTP API, 29 of any other */
  readonly timeout?: number;
  /** Of WebSocket APIs: the body of the function's answer goes back to the client. @default false */
  readonly answers?: boolean;
  /** Of REST APIs: an answer without a function. */
  readonly mock?: { readonly status: number; readonly headers?: Readonly<Record<string, string>> };
};

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html */
export type ApiCorsConfig = {
  readonly allowOrigins?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly allowCredentials?: boolean;
  /** Seconds. */
  readonly maxAge?: number;
};

/** A Lambda authorizer. */
export type ApiAuthorizerConfig = {
  /** Its name or ARN. */
  readonly function: string;
  /** Of REST APIs: what it is asked. @default 'request' */
  readonly type?: 'request' | 'token';
  /** @default '2.0' of an HTTP API */
  readonly payloadFormat?: '1.0' | '2.0';
  /** It answers `{ isAuthorized, context }`, not a policy. Of HTTP APIs. @default false */
  readonly simpleResponses?: boolean;
  /** A caller who lacks one of them is refused at once. @default ['$request.header.Authorization'], of a WebSocket API none */
  readonly identitySources?: readonly string[];
  /** How long its answer is kept. Seconds. @default 300 of a REST API, else 0 */
  readonly cacheSeconds?: number;
};
