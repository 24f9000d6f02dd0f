import { LAMBDA } from '../../protocol/limits.ts';
import type { OperationCall } from '../http/api-operation.ts';
import { type FunctionReference, parseFunctionName } from '../lambda/function-name.ts';
import type { FunctionRegistry } from '../lambda/function-registry.ts';
import type { AsyncEvent } from '../lambda/invocations/async-event.ts';
import { authorizeTarget } from '../lambda/invocations/authorize-target.ts';
import { isQueueArn } from '../lambda/invocations/destinations.ts';
import type { QueueSender } from '../lambda/invocations/queue-sender.ts';

/** What schedules and rules take to a target. */
export type TargetMessage = {
  /** JSON, for a function. */
  readonly body: string;
  /** Of a function: its request id. */
  readonly executionId: string;
  /** Of a FIFO queue. */
  readonly groupId?: string | undefined;
  /** `X-Amzn-Trace-Id` of what has caused it: by its lineage a loop is found. */
  readonly traceId?: string | undefined;
};

export type TargetsOptions = {
  readonly registry: FunctionRegistry;
  readonly queues: QueueSender;
  /** `InvocationService.invokeLater` */
  readonly invokeLater: (event: AsyncEvent) => Promise<void>;
};

/** Functions and queues, to which schedules, rules and dead letters go. */
export class Targets {
  readonly #options: TargetsOptions;

  constructor(options: TargetsOptions) {
    this.#options = options;
  }

  /** Why a target can never be reached; undefined where it may be. It need not be there yet. */
  problemWith(arn: string): string | undefined {
    if (isFunctionArn(arn) || isQueueArn(arn)) return undefined;
    return `llx's emulator delivers to Lambda functions and SQS queues only, not to ${arn.slice(0, 200)}`;
  }

  /** @param arns targets and dead-letter queues that the caller sets. Throws AwsError 403 AccessDeniedException. */
  authorize(call: Pick<OperationCall, 'authorize'>, arns: readonly (string | undefined)[]): void {
    for (const arn of arns) {
      if (arn !== undefined && this.problemWith(arn) === undefined)
        authorizeTarget(call, arn, this.#options.registry);
    }
  }

  /** Resolves when nothing loses it any more. Rejects where the target does not take it, or the state refuses it. */
  async send(arn: string, { body, executionId, groupId, traceId }: TargetMessage): Promise<void> {
    const { registry, queues, invokeLater } = this.#options;
    if (isQueueArn(arn)) {
      await queues.send(arn, {
        body,
        ...(groupId === undefined ? {} : { groupId }),
        ...(traceId === undefined ? {} : { traceHeader: traceId }),
      });
      return;
    }
    const reference: FunctionReference = parseFunctionName(arn);
    await registry.find(reference);
    const event = Buffer.from(body);
    if (event.length > LAMBDA.asyncRequestBytes) {
      throw new RangeError(
        `expected an event of at most ${LAMBDA.asyncRequestBytes} bytes, got ${event.length}`,
      );
    }
    await invokeLater({ reference, requestId: executionId, event, traceId });
  }
}

export function isFunctionArn(arn: string): boolean {
  return /^arn:aws[a-z-]*:lambda:[^:]+:\d{12}:function:/.test(arn);
}
