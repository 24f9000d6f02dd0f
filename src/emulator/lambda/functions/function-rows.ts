import type { State } from '../../state/state.ts';

/**
 * What a function has in the state, of all parts of the emulator: it is deleted together, so that a process that is
 * killed meanwhile leaves no URL, permission or event for a later function of the same name. The numbers of its
 * versions stay: none is given twice.
 */
const TABLES_OF_FUNCTION = [
  'lambda_versions',
  'lambda_aliases',
  'lambda_tags',
  'lambda_permissions',
  'lambda_async_events',
  'lambda_event_invoke_configs',
  'lambda_reserved_concurrency',
  'lambda_allowed_loops',
  'lambda_urls',
  'event_source_mappings',
];

/** What an alias or a version has. Events that wait for it stay, and fail as they do on AWS. */
const TABLES_OF_QUALIFIER = ['lambda_permissions', 'lambda_event_invoke_configs', 'lambda_urls'];

/** To be called in a transaction. */
export function deleteFunctionRows(state: State, functionName: string): void {
  for (const table of TABLES_OF_FUNCTION) {
    state.statement(`DELETE FROM ${table} WHERE function_name = ?`).run(functionName);
  }
}

/** To be called in a transaction. @param qualifier name of an alias, or number of a version */
export function deleteQualifierRows(state: State, functionName: string, qualifier: string): void {
  for (const table of TABLES_OF_QUALIFIER) {
    state
      .statement(`DELETE FROM ${table} WHERE function_name = ? AND qualifier = ?`)
      .run(functionName, qualifier);
  }
}
