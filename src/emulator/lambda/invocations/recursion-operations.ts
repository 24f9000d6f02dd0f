import type { ApiOperation } from '../../http/api-operation.ts';
import { Members } from '../functions/members.ts';
import { type FunctionLookup, unqualifiedFunction } from '../functions/operation-function.ts';
import type { RecursionSettings } from './recursion-settings.ts';

const PATH = '/2024-08-31/functions/{FunctionName}/recursion-config';

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html */
export function recursionOperations(
  lookup: FunctionLookup,
  settings: RecursionSettings,
): readonly ApiOperation[] {
  return [
    {
      name: 'GetFunctionRecursionConfig',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedFunction(call, lookup, 'GetFunctionRecursionConfig');
        return { output: { RecursiveLoop: settings.get(name) } };
      },
    },
    {
      name: 'PutFunctionRecursionConfig',
      route: { method: 'PUT', path: PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedFunction(call, lookup, 'PutFunctionRecursionConfig');
        const members = new Members(call.input);
        const loop = members.requiredChoice('RecursiveLoop', ['Allow', 'Terminate']);
        members.check();
        settings.put(name, loop);
        return { output: { RecursiveLoop: loop } };
      },
    },
  ];
}
