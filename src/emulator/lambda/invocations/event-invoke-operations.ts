import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import type { FunctionReference } from '../function-name.ts';
import { Members } from '../functions/members.ts';
import {
  existingFunction,
  type FunctionLookup,
  unqualifiedFunction,
} from '../functions/operation-function.ts';
import { pageOf, pageSize, readMarker } from '../functions/page.ts';
import { invalidParameter, resourceNotFound } from '../lambda-errors.ts';
import { authorizeTarget } from './authorize-target.ts';
import { checkDestination } from './check-destination.ts';
import {
  DEFAULT_AGE_SECONDS,
  type EventInvokeConfig,
  type EventInvokeConfigs,
} from './event-invoke-configs.ts';
import type { QueueSender } from './queue-sender.ts';

const PATH = '/2019-09-25/functions/{FunctionName}/event-invoke-config';

/** https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctionEventInvokeConfigs.html */
const MOST_ITEMS = 50;
/** https://docs.aws.amazon.com/lambda/latest/api/API_OnFailure.html */
const LONGEST_DESTINATION = 350;

export type EventInvokeDependencies = FunctionLookup & {
  readonly configs: EventInvokeConfigs;
  readonly queues: QueueSender;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-configuring.html */
export function eventInvokeOperations(deps: EventInvokeDependencies): readonly ApiOperation[] {
  const { configs, now } = deps;
  const destinations = 'destinations are queues and functions';
  return [
    {
      name: 'PutFunctionEventInvokeConfig',
      route: { method: 'PUT', path: PATH },
      support: 'partial',
      note: destinations,
      handle(call) {
        const reference = existingFunction(call, deps, 'PutFunctionEventInvokeConfig');
        return store(deps, reference, { ...settingsOf(call, reference, deps), lastModified: now() });
      },
    },
    {
      name: 'UpdateFunctionEventInvokeConfig',
      route: { method: 'POST', path: PATH },
      support: 'partial',
      note: destinations,
      handle(call) {
        const reference = existingFunction(call, deps, 'UpdateFunctionEventInvokeConfig');
        const settings = settingsOf(call, reference, deps);
        const before = configOf(deps, reference);
        // Destinations are one member: with it, both are set anew.
        const { onSuccess: _, onFailure: __, ...limits } = before;
        const kept = new Members(call.input).structure('DestinationConfig') === undefined ? before : limits;
        return store(deps, reference, { ...kept, ...settings, lastModified: now() });
      },
    },
    {
      name: 'GetFunctionEventInvokeConfig',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const reference = existingFunction(call, deps, 'GetFunctionEventInvokeConfig');
        return { output: describe(deps, reference, configOf(deps, reference)) };
      },
    },
    {
      name: 'DeleteFunctionEventInvokeConfig',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        const reference = existingFunction(call, deps, 'DeleteFunctionEventInvokeConfig');
        if (!configs.delete(reference.name, reference.qualifier)) throw notConfigured(deps, reference);
        return { status: 204 };
      },
    },
    {
      name: 'ListFunctionEventInvokeConfigs',
      route: { method: 'GET', path: `${PATH}/list` },
      support: 'supported',
      handle(call) {
        const name = unqualifiedFunction(call, deps, 'ListFunctionEventInvokeConfigs');
        const size = pageSize(call.query, MOST_ITEMS);
        const [after = ''] = readMarker(call.query);
        const found = configs.list(name, String(after), size + 1);
        const { items, next } = pageOf(found, size, ([qualifier]) => [qualifier]);
        const shown = items.map(([qualifier, config]) => describe(deps, { name, qualifier }, config));
        return { output: { FunctionEventInvokeConfigs: shown, ...next } };
      },
    },
  ];
}

type Settings = Omit<EventInvokeConfig, 'lastModified'>;

function settingsOf(
  call: OperationCall,
  reference: FunctionReference,
  deps: EventInvokeDependencies,
): Settings {
  const members = new Members(call.input);
  const retries = members.integer('MaximumRetryAttempts', { min: 0, max: 2 });
  const age = members.integer('MaximumEventAgeInSeconds', { min: 60, max: DEFAULT_AGE_SECONDS });
  const config = members.structure('DestinationConfig');
  const destination = (which: string): string | undefined =>
    config?.structure(which)?.text('Destination', { max: LONGEST_DESTINATION }) || undefined;
  const onSuccess = destination('OnSuccess');
  const onFailure = destination('OnFailure');
  members.check();
  if (retries === undefined && age === undefined && config === undefined) {
    throw invalidParameter('You must specify at least one of error handling or destination setting.');
  }
  for (const arn of [onSuccess, onFailure]) {
    if (arn === undefined) continue;
    checkDestination(arn, reference, deps);
    authorizeTarget(call, arn, deps.registry);
  }
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
): Error {
  return resourceNotFound(
    `The function ${registry.arnOf({ name, qualifier })} doesn't have an EventInvokeConfig`,
  );
}
