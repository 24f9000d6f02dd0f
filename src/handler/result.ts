/** What a handler says of a request: it was done. */
export const OK = 'OK';
/** What a handler says of a request: it was not. */
export const FAIL = 'FAIL';

/** Of what is answered to an HTTP request. */
export type HttpParts = {
  /** @default 200, 204 without a value, 500 for FAIL */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
};

export type Failure = HttpParts & {
  /** For the caller; HTTP: as `{"message": …}`. */
  readonly message?: string;
  /** The error's type, by which Step Functions and callers tell failures apart. @default HandlerFailed */
  readonly type?: string;
  /** `false`: neither the queue nor Lambda tries again; it is logged. @default true */
  readonly retry?: boolean;
};

const BRAND = Symbol.for('llx.handler.result');

export type HandlerResult = {
  readonly [BRAND]: true;
} & (
  | { readonly status: typeof OK; readonly value: unknown; readonly http: HttpParts }
  | { readonly status: typeof FAIL; readonly failure: Failure }
);

/** Makes the result of a handler; as a parameter of it also tells about the invocation. */
export type MakeResult = {
  /**
   * @param value a text, bytes, or what JSON can say
   * @param http only for HTTP requests
   */
  (status: typeof OK, value?: unknown, http?: HttpParts): HandlerResult;
  (status: typeof FAIL, failure?: Failure): HandlerResult;
};

export const makeResult: MakeResult = (
  status: typeof OK | typeof FAIL,
  said?: unknown,
  http: HttpParts = {},
): HandlerResult => {
  if (status === OK) return { [BRAND]: true, status, value: said, http };
  if (status === FAIL) return { [BRAND]: true, status, failure: failureOf(said) };
  throw new TypeError(`Expected context(OK, …) or context(FAIL, …), found ${String(status)}.`);
};

/** What a handler returned without `context` counts as done. */
export function resultOf(returned: unknown): HandlerResult {
  return isResult(returned) ? returned : makeResult(OK, returned);
}

// By a registered symbol: a bundle may hold this module twice.
function isResult(value: unknown): value is HandlerResult {
  return typeof value === 'object' && value !== null && BRAND in value;
}

/** JavaScript callers have no types: `context(FAIL, 'no such user')` and `context(FAIL, error)` mean their message. */
function failureOf(said: unknown): Failure {
  if (typeof said === 'string') return { message: said };
  if (said instanceof Error) return { message: said.message, type: said.name };
  return typeof said === 'object' && said !== null ? said : {};
}
