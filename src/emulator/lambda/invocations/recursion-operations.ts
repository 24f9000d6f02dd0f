import type { ApiOperation } from '../../http/api-operation.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { constraintError, unqualifiedTarget } from './operation-target.ts';
import type { RecursionSettings } from './recursion-settings.ts';

const PATH = '/2024-08-31/functions/{FunctionName}/recursion-config';

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html */
export function recursionOperations(
  registry: FunctionRegistry,
  settings: RecursionSettings,
): readonly ApiOperation[] {
  return [
    {
      name: 'GetFunctionRecursionConfig',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedTarget(call, registry, 'lambda:GetFunctionRecursionConfig');
        return { output: { RecursiveLoop: settings.get(name) } };
      },
    },
    {
      name: 'PutFunctionRecursionConfig',
      route: { method: 'PUT', path: PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedTarget(call, registry, 'lambda:PutFunctionRecursionConfig');
        const loop = call.input.RecursiveLoop;
        if (loop !== 'Allow' && loop !== 'Terminate') {
          throw constraintError('recursiveLoop', loop, 'satisfy enum value set: [Allow, Terminate]');
        }
        settings.put(name, loop);
        return { output: { RecursiveLoop: loop } };
      },
    },
  ];
}
