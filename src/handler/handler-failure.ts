import type { Failure } from './result.ts';

/** What Lambda is told of a FAIL: `errorType` is the type that the handler said. */
export class HandlerFailure extends Error {
  override readonly name: string;

  constructor({ message = 'The handler said FAIL.', type = 'HandlerFailed' }: Failure) {
    super(message);
    this.name = type;
  }
}
