import type { Failure } from './outcome.ts';
import type { LoadRequest } from './runtime-process.ts';
import type { Environment } from './worker-environment.ts';

/** A program that runs one function. */
export type Launch = {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: Environment;
  readonly workingDirectory: string;
  /** `pipe`: llx's own bootstrap. `api`: the Runtime API; `api-with-log`: and log records on a descriptor. */
  readonly speaks: 'pipe' | 'api' | 'api-with-log';
};

/**
 * Finds what to start for a function.
 *
 * @throws NotStarted with the answer of the invocation that waits for it.
 */
export type PlanLaunch = (request: LoadRequest) => Promise<Launch>;

/** There is nothing to start. */
export class NotStarted extends Error {
  readonly failure: Failure;
  /** Printed first, as Lambda's own start-up script does it. */
  readonly output: string | undefined;

  constructor(failure: Failure, output?: string) {
    super(failure.errorType);
    this.failure = failure;
    this.output = output;
  }
}
