import { randomUUID } from 'node:crypto';
import type { InvocationResult } from '../../runtime/invocation.ts';
import type { EmulatorClock } from '../emulator-clock.ts';
import { AwsError } from '../http/aws-error.ts';
import { parseFunctionName } from '../lambda/function-name.ts';
import type { InvocationService } from '../lambda/invocation-service.ts';

export type FunctionCall = {
  /** As of a `GatewayIntegration`. */
  readonly target: string;
  readonly stageVariables: Readonly<Record<string, string>>;
  readonly event: Readonly<Record<string, unknown>>;
  readonly traceId: string | undefined;
  /** How long the caller waits; the function goes on. */
  readonly timeoutMs: number;
};

export type FunctionOutcome =
  | { readonly type: 'succeeded'; readonly payload: Uint8Array }
  /** It threw, or cannot be run. */
  | { readonly type: 'failed'; readonly errorMessage: string | undefined }
  | { readonly type: 'throttled' }
  | { readonly type: 'timed-out' }
  /** The event is larger than Lambda takes. */
  | { readonly type: 'too-large' };

const INVOCATION_URI = /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;
const STAGE_VARIABLE = /\$\{stageVariables\.(\w+)\}/g;
/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const EVENT_BYTES = 6 * 1024 * 1024;

/** The functions behind APIs. */
export class GatewayFunctions {
  readonly #service: InvocationService;
  readonly #clock: EmulatorClock;
  readonly #onNotice: (text: string) => void;

  constructor(options: {
    readonly service: InvocationService;
    readonly clock: EmulatorClock;
    readonly onNotice: (text: string) => void;
  }) {
    this.#service = options.service;
    this.#clock = options.clock;
    this.#onNotice = options.onNotice;
  }

  /** Never rejects for what user code does, nor for a function that is not there. */
  async invoke(call: FunctionCall): Promise<FunctionOutcome> {
    const event = Buffer.from(JSON.stringify(call.event));
    if (event.byteLength > EVENT_BYTES) return { type: 'too-large' };
    const deadline = Promise.withResolvers<FunctionOutcome>();
    const cancel = this.#clock.schedule(() => deadline.resolve({ type: 'timed-out' }), call.timeoutMs);
    try {
      return await Promise.race([this.#run(call, event), deadline.promise]);
    } finally {
      cancel();
    }
  }

  /** A trace that nobody has begun yet. */
  newTrace(): string {
    return `Root=${this.#service.recursion.newRoot()}`;
  }

  async #run(call: FunctionCall, event: Uint8Array): Promise<FunctionOutcome> {
    try {
      const reference = parseFunctionName(functionOf(call.target, call.stageVariables));
      const found = this.#service.registry.find(reference);
      const resolved = found instanceof Promise ? await found : found;
      const { result } = await this.#service.invoke({
        resolved,
        requestId: randomUUID(),
        event,
        clientContext: undefined,
        traceId: call.traceId,
      });
      return result.status === 'succeeded'
        ? { type: 'succeeded', payload: result.payload }
        : { type: 'failed', errorMessage: errorMessageOf(result) };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.statusCode === 429) return { type: 'throttled' };
      // AWS keeps why to the log of the stage; a caller sees that something is wrong, and no more.
      this.#onNotice(`An API could not invoke ${call.target}: ${error.message}`);
      return { type: 'failed', errorMessage: undefined };
    }
  }
}

/** A function's name or ARN, out of the URI of an integration and with the variables of the stage. */
function functionOf(target: string, variables: Readonly<Record<string, string>>): string {
  const written = target.replace(STAGE_VARIABLE, (_, name: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? '') : '',
  );
  return INVOCATION_URI.exec(written)?.[1] ?? written;
}

function errorMessageOf({ payload }: InvocationResult): string | undefined {
  try {
    const error: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return typeof error === 'object' && error !== null && 'errorMessage' in error
      ? String(error.errorMessage)
      : undefined;
  } catch {
    // A custom runtime may answer what it likes.
    return undefined;
  }
}
