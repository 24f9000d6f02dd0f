/** An expression that is none. The message says what was expected, and what was found. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
