/**
 * An error answer of an AWS API. Lambda's REST errors carry the code in a header, and in some of them the text is
 * `Message`, in others `message`: SDKs read either, recordings of real AWS show which.
 */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  readonly statusCode: number;
  /** The exception's name: `ResourceNotFoundException`. */
  readonly type: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Beside those that every error has. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    statusCode: number,
    type: string,
    body: Readonly<Record<string, unknown>>,
    headers: Readonly<Record<string, string>> = {},
    options?: ErrorOptions,
  ) {
    super(`${type}: ${String(body.Message ?? body.message ?? '')}`, options);
    this.statusCode = statusCode;
    this.type = type;
    this.body = body;
    this.headers = headers;
  }
}

export function notImplemented(operation: string): AwsError {
  return new AwsError(501, 'NotImplementedException', {
    Type: 'User',
    Message: `llx's emulator does not implement ${operation}`,
  });
}
