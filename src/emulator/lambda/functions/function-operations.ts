import type { ApiOperation } from '../../http/api-operation.ts';
import { aliasOperations } from './alias-operations.ts';
import { changeOperations } from './change-operations.ts';
import { createFunctionOperation } from './create-function.ts';
import type { FunctionDeps } from './function-deps.ts';
import { layerOperations } from './layer-operations.ts';
import { policyOperations } from './policy-operations.ts';
import { readOperations } from './read-operations.ts';
import { refusedOperations } from './refused-operations.ts';
import { tagOperations } from './tag-operations.ts';
import { versionOperations } from './version-operations.ts';

/** Lambda's operations on functions, versions, aliases, layers, tags and permissions. */
export function functionOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    createFunctionOperation(deps),
    ...readOperations(deps),
    ...changeOperations(deps),
    ...versionOperations(deps),
    ...aliasOperations(deps),
    ...tagOperations(deps),
    ...policyOperations(deps),
    ...layerOperations(deps),
    ...refusedOperations(),
  ];
}
