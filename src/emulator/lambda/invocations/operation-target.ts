import type { OperationCall } from '../../http/api-operation.ts';
import { AwsError } from '../../http/aws-error.ts';
import { type FunctionReference, parseFunctionName } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';

/**
 * The function that an operation names in its path, with the qualifier of its query: the caller may do it, and it exists.
 *
 * @throws AwsError 403 AccessDeniedException, 404 ResourceNotFoundException
 */
export function operationTarget(
  call: OperationCall,
  registry: FunctionRegistry,
  action: string,
): FunctionReference {
  // An empty one is none: clients send it for a member that was set to nothing.
  const qualifier = call.query.get('Qualifier') || undefined;
  const reference = parseFunctionName(call.path.FunctionName ?? '', qualifier);
  call.authorize(action, registry.arnOf(reference));
  registry.resolve(reference);
  return reference;
}

/** As above, of operations that know no versions. Gives the function's name. */
export function unqualifiedTarget(call: OperationCall, registry: FunctionRegistry, action: string): string {
  const { name, qualifier } = operationTarget(call, registry, action);
  if (qualifier === undefined) return name;
  throw new AwsError(400, 'InvalidParameterValueException', {
    Type: 'User',
    message:
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  });
}

/** AWS's words for a member that is out of its range. */
export function constraintError(member: string, value: unknown, constraint: string): AwsError {
  return new AwsError(400, 'ValidationException', {
    Message: `1 validation error detected: Value '${String(value).slice(0, 200)}' at '${member}' failed to satisfy constraint: Member must ${constraint}`,
  });
}

/**
 * An integer of a request. Undefined where it is absent.
 *
 * @throws AwsError 400 ValidationException
 */
export function integerIn(
  input: Readonly<Record<string, unknown>>,
  member: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  const value = input[member];
  if (value === undefined || value === null) return undefined;
  const name = member.charAt(0).toLowerCase() + member.slice(1);
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw constraintError(name, value, 'be an integer');
  if (value < least) throw constraintError(name, value, `have value greater than or equal to ${least}`);
  if (value > most) throw constraintError(name, value, `have value less than or equal to ${most}`);
  return value;
}
