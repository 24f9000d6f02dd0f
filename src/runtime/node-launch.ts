import { wrapped } from './exec-wrapper.ts';
import type { PlanLaunch } from './launch.ts';
import { heapOptions, type NodeProcessOptions } from './node-process.ts';
import { inOpt } from './search-paths.ts';

/** Node.js functions that cannot take a process that has booted already: a wrapper or a layer changes how it boots. */
export function createPlanNode(
  options: Pick<NodeProcessOptions, 'nodeExecutable' | 'bootstrapFile'>,
): PlanLaunch {
  return async (request) => {
    const { spec, command } = request;
    const { NODE_OPTIONS } = command.environment;
    const environment = {
      ...command.environment,
      ...(NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS: optionsInOpt(NODE_OPTIONS, request.code.opt) }),
    };
    return wrapped(
      {
        file: options.nodeExecutable,
        args: [...heapOptions(spec.memoryMb), options.bootstrapFile],
        environment,
        workingDirectory: spec.root,
        speaks: 'pipe',
      },
      request,
    );
  };
}

/** `--require /opt/tracing.cjs`, `--import=/opt/tracing.mjs` */
function optionsInOpt(nodeOptions: string, opt: string | undefined): string {
  return nodeOptions.replace(
    /(^|[\s="'])(\/opt\/[^\s"']+)/g,
    (_, before, path) => `${before}${inOpt(path, opt)}`,
  );
}
