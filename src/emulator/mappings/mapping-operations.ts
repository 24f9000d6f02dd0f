import type { ApiOperation } from '../http/api-operation.ts';
import type { Mappings } from './mappings.ts';

/** The operations of the Lambda API on event source mappings. */
export function mappingOperations(_dependencies: { readonly mappings: Mappings }): readonly ApiOperation[] {
  return [];
}
