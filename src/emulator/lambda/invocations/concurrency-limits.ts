import { AwsError } from '../../http/aws-error.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const ACCOUNT_CONCURRENCY = 1_000;

/** What cannot be reserved: https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
export const UNRESERVED_MINIMUM = 100;

/**
 * How many invocations run at once: of a function with reserved concurrency up to that number, of all others together
 * what the account has left.
 */
export class ConcurrencyLimits {
  readonly #reserved = new Map<string, number>();
  readonly #running = new Map<string, number>();
  #reservedTotal = 0;
  #runningTotal = 0;

  /** What is not reserved by any function. */
  get unreserved(): number {
    return ACCOUNT_CONCURRENCY - this.#reservedTotal;
  }

  reservedOf(functionName: string): number | undefined {
    return this.#reserved.get(functionName);
  }

  /** @param limit undefined: nothing is reserved any more. */
  reserve(functionName: string, limit: number | undefined): void {
    this.#reservedTotal += (limit ?? 0) - (this.#reserved.get(functionName) ?? 0);
    if (limit === undefined) this.#reserved.delete(functionName);
    else this.#reserved.set(functionName, limit);
  }

  /**
   * Each that returns is followed by one `leave`.
   *
   * @throws AwsError 429 TooManyRequestsException
   */
  enter(functionName: string): void {
    const reserved = this.#reserved.get(functionName);
    const running = this.#running.get(functionName) ?? 0;
    if (reserved !== undefined && running >= reserved) {
      throw tooManyRequests('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    if (reserved === undefined && this.#isExhausted()) {
      throw tooManyRequests('ConcurrentInvocationLimitExceeded');
    }
    this.#running.set(functionName, running + 1);
    this.#runningTotal += 1;
  }

  leave(functionName: string): void {
    const running = (this.#running.get(functionName) ?? 0) - 1;
    if (running > 0) this.#running.set(functionName, running);
    else this.#running.delete(functionName);
    this.#runningTotal -= 1;
  }

  #isExhausted(): boolean {
    // Hardly ever true, so what runs of functions with a reservation is counted only then.
    if (this.#runningTotal < this.unreserved) return false;
    let running = this.#runningTotal;
    for (const functionName of this.#reserved.keys()) running -= this.#running.get(functionName) ?? 0;
    return running >= this.unreserved;
  }
}

function tooManyRequests(reason: string): AwsError {
  const body = { Reason: reason, Type: 'User', message: 'Rate Exceeded.' };
  // Seconds: concurrency is free again as soon as any invocation ends.
  return new AwsError(429, 'TooManyRequestsException', body, { 'retry-after': '1' });
}
