import type { ApiOperation } from '../../http/api-operation.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import type { ConcurrencySettings } from './concurrency-settings.ts';
import { constraintError, integerIn, unqualifiedTarget } from './operation-target.ts';

const PUT_PATH = '/2017-10-31/functions/{FunctionName}/concurrency';
const PROVISIONED_PATH = '/2019-09-30/functions/{FunctionName}/provisioned-concurrency';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
export function concurrencyOperations(
  registry: FunctionRegistry,
  settings: ConcurrencySettings,
): readonly ApiOperation[] {
  return [
    {
      name: 'PutFunctionConcurrency',
      route: { method: 'PUT', path: PUT_PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedTarget(call, registry, 'lambda:PutFunctionConcurrency');
        const member = 'ReservedConcurrentExecutions';
        const executions = integerIn(call.input, member, { least: 0, most: Number.MAX_SAFE_INTEGER });
        if (executions === undefined) {
          throw constraintError('reservedConcurrentExecutions', 'null', 'not be null');
        }
        settings.put(name, executions);
        return { output: { ReservedConcurrentExecutions: executions } };
      },
    },
    {
      name: 'GetFunctionConcurrency',
      route: { method: 'GET', path: '/2019-09-30/functions/{FunctionName}/concurrency' },
      support: 'supported',
      handle(call) {
        const name = unqualifiedTarget(call, registry, 'lambda:GetFunctionConcurrency');
        const executions = settings.get(name);
        return { output: executions === undefined ? {} : { ReservedConcurrentExecutions: executions } };
      },
    },
    {
      name: 'DeleteFunctionConcurrency',
      route: { method: 'DELETE', path: PUT_PATH },
      support: 'supported',
      handle(call) {
        settings.delete(unqualifiedTarget(call, registry, 'lambda:DeleteFunctionConcurrency'));
        return { status: 204 };
      },
    },
    refused('PutProvisionedConcurrencyConfig', 'PUT', PROVISIONED_PATH),
    refused('GetProvisionedConcurrencyConfig', 'GET', PROVISIONED_PATH),
    refused('DeleteProvisionedConcurrencyConfig', 'DELETE', PROVISIONED_PATH),
    refused('ListProvisionedConcurrencyConfigs', 'GET', `${PROVISIONED_PATH}?List=ALL`),
  ];
}

function refused(name: string, method: 'GET' | 'PUT' | 'DELETE', path: string): ApiOperation {
  const note = 'environments are started as they are needed';
  return { name, route: { method, path }, support: 'refused', note };
}
