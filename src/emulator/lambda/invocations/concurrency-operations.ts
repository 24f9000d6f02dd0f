import type { ApiOperation } from '../../http/api-operation.ts';
import { Members } from '../functions/members.ts';
import { type FunctionLookup, unqualifiedFunction } from '../functions/operation-function.ts';
import type { ConcurrencySettings } from './concurrency-settings.ts';

const PUT_PATH = '/2017-10-31/functions/{FunctionName}/concurrency';
const ANY_COUNT = { min: 0, max: Number.MAX_SAFE_INTEGER };
const PROVISIONED_PATH = '/2019-09-30/functions/{FunctionName}/provisioned-concurrency';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
export function concurrencyOperations(
  lookup: FunctionLookup,
  settings: ConcurrencySettings,
): readonly ApiOperation[] {
  return [
    {
      name: 'PutFunctionConcurrency',
      route: { method: 'PUT', path: PUT_PATH },
      support: 'supported',
      handle(call) {
        const name = unqualifiedFunction(call, lookup, 'PutFunctionConcurrency');
        const members = new Members(call.input);
        const executions = members.requiredInteger('ReservedConcurrentExecutions', ANY_COUNT);
        members.check();
        settings.put(name, executions);
        return { output: { ReservedConcurrentExecutions: executions } };
      },
    },
    {
      name: 'GetFunctionConcurrency',
      route: { method: 'GET', path: '/2019-09-30/functions/{FunctionName}/concurrency' },
      support: 'supported',
      handle(call) {
        const name = unqualifiedFunction(call, lookup, 'GetFunctionConcurrency');
        const executions = settings.get(name);
        return { output: executions === undefined ? {} : { ReservedConcurrentExecutions: executions } };
      },
    },
    {
      name: 'DeleteFunctionConcurrency',
      route: { method: 'DELETE', path: PUT_PATH },
      support: 'supported',
      handle(call) {
        settings.delete(unqualifiedFunction(call, lookup, 'DeleteFunctionConcurrency'));
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
