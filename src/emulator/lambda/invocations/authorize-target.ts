import type { OperationCall } from '../../http/api-operation.ts';
import { parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { isQueueArn } from './destinations.ts';

/**
 * Roles of schedules, rules and destinations are not asked when they act, so whoever sets a target has to be allowed to
 * reach it himself: else a key for schedules would be one for all functions and queues.
 *
 * @throws AwsError 403 AccessDeniedException
 */
export function authorizeTarget(
  call: Pick<OperationCall, 'authorize'>,
  arn: string,
  registry: Pick<FunctionRegistry, 'arnOf'>,
): void {
  if (isQueueArn(arn)) call.authorize('sqs:SendMessage', arn);
  // The function that is meant here, whatever account and region the ARN says.
  else call.authorize('lambda:InvokeFunction', registry.arnOf(parseFunctionName(arn)));
}
