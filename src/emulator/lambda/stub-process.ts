import type { FunctionSpec, Runtime } from '../../runtime/invocation.ts';
import type { InvocationTarget } from './invocation-service.ts';
import { runDeployed } from './run-deployed.ts';
import { type StubPlace, stubVariables } from './stub-environment.ts';

/**
 * Runs the stub as Lambda does: in place of the deployed handler, in a process for each execution environment, which
 * loads the deployed package itself. Slower to start than the one host process, and the nearest thing to AWS.
 */
export function runStubProcess(options: {
  readonly runtime: Runtime;
  /** Absolute; dist/stub/index.mjs. */
  readonly stubFile: string;
  /** Asked when a function is first invoked: every port is open then. */
  readonly place: () => StubPlace;
}): InvocationTarget {
  const specs = new WeakMap<FunctionSpec, FunctionSpec>();
  const run = runDeployed(options.runtime);
  return (call, invocation) => {
    const { deployed } = call.resolved;
    let spec = specs.get(deployed.spec);
    if (spec === undefined) {
      spec = stubSpec(deployed.spec, options);
      specs.set(deployed.spec, spec);
    }
    return run({ ...call, resolved: { ...call.resolved, deployed: { ...deployed, spec } } }, invocation);
  };
}

/** What the construct does to a function: its handler setting points at the stub, which knows the original. */
function stubSpec(
  spec: FunctionSpec,
  { stubFile, place }: { readonly stubFile: string; readonly place: () => StubPlace },
): FunctionSpec {
  return {
    ...spec,
    handler: stubFile.replace(/\.mjs$/, '.handler'),
    code: 'package',
    environment: { ...spec.environment, ...stubVariables(spec, place()) },
  };
}
