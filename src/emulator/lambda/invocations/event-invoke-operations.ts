import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import { AwsError } from '../../http/aws-error.ts';
import type { FunctionReference } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { destinationArn } from './destination-arn.ts';
import type { EventInvokeConfig, EventInvokeConfigs } from './event-invoke-configs.ts';
import { constraintError, integerIn, operationTarget, unqualifiedTarget } from './operation-target.ts';
import type { QueueSender } from './queue-sender.ts';

const PATH = '/2019-09-25/functions/{FunctionName}/event-invoke-config';

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html */
const MOST_ITEMS = 50;

export type EventInvokeDependencies = {
  readonly registry: FunctionRegistry;
  readonly configs: EventInvokeConfigs;
  readonly queues: QueueSender;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
export function eventInvokeOperations(deps: EventInvokeDependencies): readonly ApiOperation[] {
  const { registry, configs, now } = deps;
  const destinations = 'destinations are queues and functions';
  return [
    {
      name: 'PutFunctionEventInvokeConfig',
      route: { method: 'PUT', path: PATH },
      support: 'partial',
      note: destinations,
      handle(call) {
        const reference = operationTarget(call, registry, 'lambda:PutFunctionEventInvokeConfig');
        return store(deps, reference, { ...settingsOf(call, reference, deps), lastModified: now() });
      },
    },
    {
      name: 'UpdateFunctionEventInvokeConfig',
      route: { method: 'POST', path: PATH },
      support: 'partial',
      note: destinations,
      handle(call) {
        const reference = operationTarget(call, registry, 'lambda:UpdateFunctionEventInvokeConfig');
        const settings = settingsOf(call, reference, deps);
        const before = configOf(deps, reference);
        // Destinations are one member: with it, both are set anew.
        const { onSuccess: _, onFailure: __, ...limits } = before;
        const kept = call.input.DestinationConfig === undefined ? before : limits;
        return store(deps, reference, { ...kept, ...settings, lastModified: now() });
      },
    },
    {
      name: 'GetFunctionEventInvokeConfig',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const reference = operationTarget(call, registry, 'lambda:GetFunctionEventInvokeConfig');
        return { output: describe(deps, reference, configOf(deps, reference)) };
      },
    },
    {
      name: 'DeleteFunctionEventInvokeConfig',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        const reference = operationTarget(call, registry, 'lambda:DeleteFunctionEventInvokeConfig');
        if (!configs.delete(reference.name, reference.qualifier)) throw notConfigured(deps, reference);
        return { status: 204 };
      },
    },
    {
      name: 'ListFunctionEventInvokeConfigs',
      route: { method: 'GET', path: `${PATH}/list` },
      support: 'supported',
      handle(call) {
        const name = unqualifiedTarget(call, registry, 'lambda:ListFunctionEventInvokeConfigs');
        const asked = Number(call.query.get('MaxItems') ?? MOST_ITEMS);
        if (!Number.isInteger(asked) || asked < 1) {
          throw constraintError('maxItems', asked, 'have value greater than or equal to 1');
        }
        const limit = Math.min(asked, MOST_ITEMS);
        const found = configs.list(name, call.query.get('Marker') ?? '', limit + 1);
        const page = found.slice(0, limit);
        const marker = found.length > limit ? page.at(-1)?.[0] : undefined;
        const items = page.map(([qualifier, config]) => describe(deps, { name, qualifier }, config));
        return {
          output: {
            FunctionEventInvokeConfigs: items,
            ...(marker === undefined ? {} : { NextMarker: marker }),
          },
        };
      },
    },
  ];
}

type Settings = Omit<EventInvokeConfig, 'lastModified'>;

function settingsOf(
  { input }: OperationCall,
  reference: FunctionReference,
  deps: EventInvokeDependencies,
): Settings {
  const retries = integerIn(input, 'MaximumRetryAttempts', { least: 0, most: 2 });
  const age = integerIn(input, 'MaximumEventAgeInSeconds', { least: 60, most: 21_600 });
  const config = input.DestinationConfig;
  if (retries === undefined && age === undefined && config === undefined) {
    throw new AwsError(400, 'InvalidParameterValueException', {
      Type: 'User',
      message: 'You must specify at least one of error handling or destination setting.',
    });
  }
  const onSuccess = destinationArn(config, 'OnSuccess', reference, deps);
  const onFailure = destinationArn(config, 'OnFailure', reference, deps);
  return {
    ...(retries === undefined ? {} : { maximumRetries: retries }),
    ...(age === undefined ? {} : { maximumAgeSeconds: age }),
    ...(onSuccess === undefined ? {} : { onSuccess }),
    ...(onFailure === undefined ? {} : { onFailure }),
  };
}

function store(
  deps: EventInvokeDependencies,
  reference: FunctionReference,
  config: EventInvokeConfig,
): OperationAnswer {
  deps.configs.put(reference.name, reference.qualifier, config);
  return { output: describe(deps, reference, config) };
}

function configOf(deps: EventInvokeDependencies, reference: FunctionReference): EventInvokeConfig {
  const config = deps.configs.get(reference.name, reference.qualifier);
  if (config === undefined) throw notConfigured(deps, reference);
  return config;
}

function describe(
  { registry }: EventInvokeDependencies,
  { name, qualifier = '$LATEST' }: FunctionReference,
  config: EventInvokeConfig,
): Readonly<Record<string, unknown>> {
  const { maximumRetries, maximumAgeSeconds, onSuccess, onFailure, lastModified } = config;
  return {
    LastModified: lastModified / 1000,
    FunctionArn: registry.arnOf({ name, qualifier }),
    ...(maximumRetries === undefined ? {} : { MaximumRetryAttempts: maximumRetries }),
    ...(maximumAgeSeconds === undefined ? {} : { MaximumEventAgeInSeconds: maximumAgeSeconds }),
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}

function notConfigured(
  { registry }: EventInvokeDependencies,
  { name, qualifier = '$LATEST' }: FunctionReference,
): AwsError {
  return new AwsError(404, 'ResourceNotFoundException', {
    Type: 'User',
    Message: `The function ${registry.arnOf({ name, qualifier })} doesn't have an EventInvokeConfig`,
  });
}
