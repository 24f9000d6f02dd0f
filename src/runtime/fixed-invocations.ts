import type { FixedValues, FunctionSpec, InvocationRequest } from './invocation.ts';

/** Says for each invocation what is fixed in it; undefined: nothing. */
export type FixedOf = (request: InvocationRequest) => FixedValues | undefined;

/**
 * Invocations in which values are fixed, and the functions that have had one: these need workers that can do it, and
 * keep them, as a worker for each kind would be a start for each change.
 */
export class FixedInvocations {
  readonly #fixedOf: FixedOf;
  readonly #functions = new Set<string>();
  /** The same object for the same one: a function compares the settings of another. */
  readonly #specs = new WeakMap<FunctionSpec, FunctionSpec>();

  constructor(fixedOf: FixedOf) {
    this.#fixedOf = fixedOf;
  }

  requestOf(spec: FunctionSpec, request: InvocationRequest): InvocationRequest {
    const fixed = this.#fixedOf(request);
    if (fixed === undefined) return request;
    this.#functions.add(spec.arn);
    return { ...request, fixed };
  }

  specOf(spec: FunctionSpec): FunctionSpec {
    if (!this.#functions.has(spec.arn)) return spec;
    const known = this.#specs.get(spec);
    if (known !== undefined) return known;
    const fixable = { ...spec, fixable: true };
    this.#specs.set(spec, fixable);
    return fixable;
  }
}
