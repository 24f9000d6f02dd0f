import { wrapped } from '../exec-wrapper.ts';
import type { FunctionSpec } from '../invocation.ts';
import type { PlanLaunch } from '../launch.ts';
import { type FindPythonOptions, findPython, type PythonInterpreter } from './python-interpreter.ts';

export type PythonLaunchOptions = FindPythonOptions & {
  /** Absolute: what stands in for AWS's runtime client where that is not installed. */
  readonly bootstrapFile: string;
};

/** Runs functions by `awslambdaric` where the interpreter has it and nothing is to be fixed, else by llx's bootstrap. */
export function createPlanPython(options: PythonLaunchOptions): PlanLaunch {
  const found = new Map<string, Promise<PythonInterpreter>>();
  const interpreterOf = ({ runtime, code, root }: FunctionSpec): Promise<PythonInterpreter> => {
    // A package has what it needs in it.
    const project = code === 'source' ? root : undefined;
    const key = `${runtime} ${project ?? ''}`;
    const known = found.get(key);
    if (known) return known;
    const search = findPython(runtime, options, project);
    found.set(key, search);
    // It may be installed by the next invocation.
    search.catch(() => found.delete(key));
    return search;
  };
  return async (request) => {
    const { spec, command } = request;
    const { executable, hasRuntimeClient } = await interpreterOf(spec);
    const fixable = spec.fixable === true;
    return wrapped(
      {
        file: executable,
        args:
          hasRuntimeClient && !fixable
            ? ['-m', 'awslambdaric', spec.handler]
            : [options.bootstrapFile, spec.handler],
        environment: {
          // Else each process has another order of what is in a set.
          ...(fixable ? { PYTHONHASHSEED: '0' } : {}),
          ...command.environment,
          // A cache is taken for the source's second and size: two saves within a second would show the first. And what
          // is deployed stays as it is.
          PYTHONDONTWRITEBYTECODE: '1',
          // llx's bootstrap takes it away; AWS's runtime client knows nothing of it, and so is not used.
          ...(fixable ? { LLX_FIXABLE: '1' } : {}),
        },
        workingDirectory: spec.root,
        speaks: 'api-with-log',
      },
      request,
    );
  };
}
