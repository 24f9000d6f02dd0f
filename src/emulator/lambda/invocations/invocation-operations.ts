import type { ApiOperation } from '../../http/api-operation.ts';
import { concurrencyOperations } from './concurrency-operations.ts';
import type { ConcurrencySettings } from './concurrency-settings.ts';
import { type EventInvokeDependencies, eventInvokeOperations } from './event-invoke-operations.ts';
import { recursionOperations } from './recursion-operations.ts';
import type { RecursionSettings } from './recursion-settings.ts';

/** Invoke, and how functions are invoked. */
export function invocationOperations(
  deps: EventInvokeDependencies & {
    readonly concurrency: ConcurrencySettings;
    readonly recursion: RecursionSettings;
  },
): readonly ApiOperation[] {
  return [
    { name: 'Invoke', support: 'supported' },
    { name: 'InvokeWithResponseStream', support: 'supported' },
    {
      name: 'InvokeAsync',
      route: { method: 'POST', path: '/2014-11-13/functions/{FunctionName}/invoke-async' },
      support: 'refused',
      note: 'AWS has replaced it by Invoke with the type Event',
    },
    ...concurrencyOperations(deps, deps.concurrency),
    ...eventInvokeOperations(deps),
    ...recursionOperations(deps, deps.recursion),
  ];
}
