import type { ApiOperation } from '../../http/api-operation.ts';

type Method = NonNullable<ApiOperation['route']>['method'];

const SIGNING = 'code is not signed here';
const DURABLE = 'durable functions';
const CAPACITY = 'managed instances';
const LAYER_POLICY = 'layers are those of the one account';
const RESOURCE_POLICY = 'AddPermission, RemovePermission and GetPolicy are there';
const RUNTIME = 'the interpreters of this machine are used';

const LAYER_POLICY_PATH = '/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy';
const SIGNING_PATH = '/2020-04-22/code-signing-configs';
const FUNCTION_SIGNING_PATH = '/2020-06-30/functions/{FunctionName}/code-signing-config';
const DURABLE_PATH = '/2025-12-01/durable-executions/{DurableExecutionArn}';
const CALLBACK_PATH = '/2025-12-01/durable-execution-callbacks/{CallbackId}';
const CAPACITY_PATH = '/2025-11-30/capacity-providers';
const SCALING_PATH = '/2025-11-30/functions/{FunctionName}/function-scaling-config';
const RESOURCE_POLICY_PATH = '/2026-07-09/resource-policy/{ResourceArn}';
const RUNTIME_PATH = '/2021-07-20/functions/{FunctionName}/runtime-management-config';

const REFUSED: readonly (readonly [name: string, method: Method, path: string, note: string])[] = [
  ['AddLayerVersionPermission', 'POST', LAYER_POLICY_PATH, LAYER_POLICY],
  ['GetLayerVersionPolicy', 'GET', LAYER_POLICY_PATH, LAYER_POLICY],
  ['RemoveLayerVersionPermission', 'DELETE', `${LAYER_POLICY_PATH}/{StatementId}`, LAYER_POLICY],
  ['CreateCodeSigningConfig', 'POST', SIGNING_PATH, SIGNING],
  ['GetCodeSigningConfig', 'GET', `${SIGNING_PATH}/{CodeSigningConfigArn}`, SIGNING],
  ['UpdateCodeSigningConfig', 'PUT', `${SIGNING_PATH}/{CodeSigningConfigArn}`, SIGNING],
  ['DeleteCodeSigningConfig', 'DELETE', `${SIGNING_PATH}/{CodeSigningConfigArn}`, SIGNING],
  ['ListCodeSigningConfigs', 'GET', SIGNING_PATH, SIGNING],
  ['ListFunctionsByCodeSigningConfig', 'GET', `${SIGNING_PATH}/{CodeSigningConfigArn}/functions`, SIGNING],
  ['GetFunctionCodeSigningConfig', 'GET', FUNCTION_SIGNING_PATH, SIGNING],
  ['PutFunctionCodeSigningConfig', 'PUT', FUNCTION_SIGNING_PATH, SIGNING],
  ['DeleteFunctionCodeSigningConfig', 'DELETE', FUNCTION_SIGNING_PATH, SIGNING],
  ['CheckpointDurableExecution', 'POST', `${DURABLE_PATH}/checkpoint`, DURABLE],
  ['GetDurableExecution', 'GET', DURABLE_PATH, DURABLE],
  ['GetDurableExecutionHistory', 'GET', `${DURABLE_PATH}/history`, DURABLE],
  ['GetDurableExecutionState', 'GET', `${DURABLE_PATH}/state`, DURABLE],
  ['StopDurableExecution', 'POST', `${DURABLE_PATH}/stop`, DURABLE],
  [
    'ListDurableExecutionsByFunction',
    'GET',
    '/2025-12-01/functions/{FunctionName}/durable-executions',
    DURABLE,
  ],
  ['SendDurableExecutionCallbackFailure', 'POST', `${CALLBACK_PATH}/fail`, DURABLE],
  ['SendDurableExecutionCallbackHeartbeat', 'POST', `${CALLBACK_PATH}/heartbeat`, DURABLE],
  ['SendDurableExecutionCallbackSuccess', 'POST', `${CALLBACK_PATH}/succeed`, DURABLE],
  ['CreateCapacityProvider', 'POST', CAPACITY_PATH, CAPACITY],
  ['ListCapacityProviders', 'GET', CAPACITY_PATH, CAPACITY],
  ['GetCapacityProvider', 'GET', `${CAPACITY_PATH}/{CapacityProviderName}`, CAPACITY],
  ['UpdateCapacityProvider', 'PUT', `${CAPACITY_PATH}/{CapacityProviderName}`, CAPACITY],
  ['DeleteCapacityProvider', 'DELETE', `${CAPACITY_PATH}/{CapacityProviderName}`, CAPACITY],
  [
    'ListFunctionVersionsByCapacityProvider',
    'GET',
    `${CAPACITY_PATH}/{CapacityProviderName}/function-versions`,
    CAPACITY,
  ],
  ['GetFunctionScalingConfig', 'GET', SCALING_PATH, CAPACITY],
  ['PutFunctionScalingConfig', 'PUT', SCALING_PATH, CAPACITY],
  ['GetResourcePolicy', 'GET', RESOURCE_POLICY_PATH, RESOURCE_POLICY],
  ['PutResourcePolicy', 'PUT', RESOURCE_POLICY_PATH, RESOURCE_POLICY],
  ['DeleteResourcePolicy', 'DELETE', RESOURCE_POLICY_PATH, RESOURCE_POLICY],
  ['GetRuntimeManagementConfig', 'GET', RUNTIME_PATH, RUNTIME],
  ['PutRuntimeManagementConfig', 'PUT', RUNTIME_PATH, RUNTIME],
];

/** What Lambda can do with functions and layers and the emulator cannot: answered 501, and listed in the documentation. */
export function refusedOperations(): readonly ApiOperation[] {
  return REFUSED.map(([name, method, path, note]) => ({
    name,
    route: { method, path },
    support: 'refused',
    note,
  }));
}
