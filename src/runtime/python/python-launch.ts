import { wrapped } from '../exec-wrapper.ts';
import type { PlanLaunch } from '../launch.ts';
import { type AskPython, findPython, type PythonInterpreter } from './python-interpreter.ts';

export type PythonLaunchOptions = {
  /** Absolute: what stands in for AWS's runtime client where that is not installed. */
  readonly bootstrapFile: string;
  readonly ask: AskPython;
  /** LLX_PYTHON of the developer. */
  readonly named: string | undefined;
  readonly onNotice: (text: string) => void;
};

/** Runs functions by `awslambdaric` where the interpreter has it, else by llx's bootstrap. */
export function createPlanPython(options: PythonLaunchOptions): PlanLaunch {
  const found = new Map<string, Promise<PythonInterpreter>>();
  const interpreterOf = (runtime: string): Promise<PythonInterpreter> => {
    const known = found.get(runtime);
    if (known) return known;
    const search = findPython(runtime, options);
    found.set(runtime, search);
    // It may be installed by the next invocation.
    search.catch(() => found.delete(runtime));
    return search;
  };
  return async ({ spec, code, command }) => {
    const { executable, hasRuntimeClient } = await interpreterOf(spec.runtime);
    return wrapped(
      {
        file: executable,
        args: hasRuntimeClient ? ['-m', 'awslambdaric', spec.handler] : [options.bootstrapFile, spec.handler],
        environment: {
          ...command.environment,
          // A cache is taken for the source's second and size: two saves within a second would show the first. And what
          // is deployed stays as it is.
          PYTHONDONTWRITEBYTECODE: '1',
        },
        workingDirectory: spec.root,
        speaks: 'api-with-log',
      },
      code.opt,
    );
  };
}
