import type { ApiOperation, ApiService } from '../http/api-operation.ts';

/** AWS Lambda: the operations of functions, of invocations and URLs, and of event source mappings. */
export function lambdaService(...tables: readonly (readonly ApiOperation[])[]): ApiService {
  return { name: 'lambda', title: 'AWS Lambda', operations: tables.flat() };
}
