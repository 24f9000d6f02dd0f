/** What Lambda's Node runtime itself complains of; the name is the `errorType` that a caller sees. */
export type RuntimeErrorType =
  | 'Runtime.ImportModuleError'
  | 'Runtime.HandlerNotFound'
  | 'Runtime.MalformedHandlerName'
  | 'Runtime.UserCodeSyntaxError'
  | 'Runtime.CallbackHandlerDeprecated'
  | 'Runtime.MalformedStreamingHandler'
  | 'Runtime.InvalidStreamingOperation'
  | 'Runtime.UnhandledPromiseRejection'
  | 'Runtime.JSONStringifyError'
  | 'Runtime.NodeJsExit';

/**
 * Carries no frames of its own: they would be frames of llx, which say nothing to the developer.
 * A stack that does say something (a syntax error's file and line) is passed in.
 */
export class RuntimeError extends Error {
  override readonly name: RuntimeErrorType;

  constructor(
    type: RuntimeErrorType,
    message: string,
    options?: { readonly stack?: string; readonly cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = type;
    this.stack = options?.stack ?? `${type}: ${message}`;
  }
}
