import { type FunctionReference, parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { invalidParameter } from '../lambda-errors.ts';
import { isQueueArn } from './destinations.ts';
import type { QueueSender } from './queue-sender.ts';

type Known = { readonly registry: FunctionRegistry; readonly queues: QueueSender };

/**
 * Where the events of a function may end: in a queue or a function that exists.
 *
 * @throws AwsError 400 InvalidParameterValueException, 404 ResourceNotFoundException
 */
export function checkDestination(arn: string, of: FunctionReference, known: Known): void {
  if (isQueueArn(arn)) checkQueue(arn, known.queues);
  else if (/^arn:aws[a-z-]*:lambda:/.test(arn)) checkFunction(arn, of, known.registry);
  else
    throw invalidParameter(`llx's emulator delivers to SQS queues and Lambda functions only, not to ${arn}`);
}

function checkQueue(arn: string, queues: QueueSender): void {
  if (arn.endsWith('.fifo'))
    throw invalidParameter(`The destination ARN ${arn} is invalid: FIFO queues are not supported.`);
  if (!queues.exists(arn)) throw invalidParameter(`The destination ARN ${arn} is invalid.`);
}

function checkFunction(arn: string, of: FunctionReference, registry: FunctionRegistry): void {
  const destination = parseFunctionName(arn);
  if (destination.name === of.name) {
    throw invalidParameter("You can't specify the function as a destination for itself.");
  }
  registry.resolve(destination);
}
