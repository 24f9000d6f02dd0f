import { AwsError } from '../../http/aws-error.ts';
import { memberOf } from '../../json-object.ts';
import { type FunctionReference, parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { isQueueArn } from './destinations.ts';
import type { QueueSender } from './queue-sender.ts';

type Known = { readonly registry: FunctionRegistry; readonly queues: QueueSender };

/**
 * `DestinationConfig.OnSuccess.Destination`, or that of `OnFailure`: a queue or a function that exists. Undefined where
 * there is none.
 *
 * @throws AwsError 400 InvalidParameterValueException
 */
export function destinationArn(
  config: unknown,
  which: 'OnSuccess' | 'OnFailure',
  of: FunctionReference,
  known: Known,
): string | undefined {
  const arn = memberOf(memberOf(config, which), 'Destination');
  if (arn === undefined || arn === null) return undefined;
  if (typeof arn !== 'string') throw invalid(`The destination ARN ${JSON.stringify(arn)} is invalid.`);
  if (isQueueArn(arn)) checkQueue(arn, known.queues);
  else if (/^arn:aws[a-z-]*:lambda:/.test(arn)) checkFunction(arn, of, known.registry);
  else
    throw invalid(
      `llx's emulator delivers to SQS queues and Lambda functions only, not to ${arn.slice(0, 200)}`,
    );
  return arn;
}

function checkQueue(arn: string, queues: QueueSender): void {
  if (arn.endsWith('.fifo'))
    throw invalid(`The destination ARN ${arn} is invalid: FIFO queues are not supported.`);
  if (!queues.exists(arn)) throw invalid(`The destination ARN ${arn} is invalid.`);
}

function checkFunction(arn: string, of: FunctionReference, registry: FunctionRegistry): void {
  const destination = parseFunctionName(arn);
  if (destination.name === of.name) {
    throw invalid("You can't specify the function as a destination for itself.");
  }
  registry.resolve(destination);
}

function invalid(message: string): AwsError {
  return new AwsError(400, 'InvalidParameterValueException', { Type: 'User', message });
}
