import type { OperationCall } from '../../http/api-operation.ts';
import { checkScope, type FunctionReference, parseFunctionName } from '../function-name.ts';
import { invalidParameter, resourceConflict, resourceNotFound } from '../lambda-errors.ts';
import type { FunctionDeps } from './function-deps.ts';

/** What says which functions there are, and where. */
export type FunctionLookup = Pick<FunctionDeps, 'scope' | 'registry'>;

/**
 * What an operation names in its path and in `Qualifier`: within reach, and the caller may do it. Whether it exists is
 * not asked.
 *
 * @param action without `lambda:`
 * @throws AwsError 400 ValidationException, 403 AccessDeniedException, 404 ResourceNotFoundException
 */
export function namedFunction(call: OperationCall, deps: FunctionLookup, action: string): FunctionReference {
  // An empty one is none: clients send it for a member that was set to nothing.
  const qualifier = call.query.get('Qualifier') || undefined;
  const reference = parseFunctionName(call.path.FunctionName ?? '', qualifier);
  checkScope(reference, deps.scope);
  call.authorize(`lambda:${action}`, deps.registry.arnOf(reference));
  return reference;
}

/**
 * As above, of operations that change a function: it exists, and was deployed.
 *
 * @throws AwsError 409 ResourceConflictException for functions of the configuration
 */
export function deployedFunctionOf(
  call: OperationCall,
  deps: FunctionDeps,
  action: string,
): FunctionReference {
  const reference = namedFunction(call, deps, action);
  const { name } = reference;
  if (deps.registry.configured(name) !== undefined) {
    throw resourceConflict(
      `The function ${name} comes from the configuration of llx: change it there, and start the emulator again.`,
    );
  }
  if (!deps.functions.exists(name)) {
    throw resourceNotFound(`Function not found: ${deps.functions.arnOf(name)}`);
  }
  return reference;
}

/**
 * As `namedFunction`, of operations on what functions of the configuration have as well: it exists, with its qualifier.
 *
 * @throws AwsError 404 ResourceNotFoundException
 */
export function existingFunction(
  call: OperationCall,
  deps: FunctionLookup,
  action: string,
): FunctionReference {
  const reference = namedFunction(call, deps, action);
  if (deps.registry.lookup(reference) === undefined) {
    throw resourceNotFound(`Function not found: ${deps.registry.arnOf(reference)}`);
  }
  return reference;
}

/**
 * As above, of operations that know no versions and aliases. Gives the function's name.
 *
 * @throws AwsError 400 InvalidParameterValueException where there is a qualifier
 */
export function unqualifiedFunction(call: OperationCall, deps: FunctionLookup, action: string): string {
  const { name, qualifier } = existingFunction(call, deps, action);
  if (qualifier === undefined) return name;
  throw invalidParameter(
    'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
  );
}
