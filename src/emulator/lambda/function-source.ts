import type { FunctionReference } from './function-name.ts';
import type { ResolvedFunction } from './function-registry.ts';

/** Where functions are found that somebody deployed through the API, beside those of the configuration. */
export interface FunctionSource {
  /**
   * What an invocation of it runs: of an alias with weights, one of its versions by chance. Undefined where there is
   * no such function, version or alias.
   */
  resolve(reference: FunctionReference): ResolvedFunction | undefined;
}
