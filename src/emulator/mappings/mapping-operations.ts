import type { ApiOperation, OperationAnswer, OperationCall } from '../http/api-operation.ts';
import { type FunctionReference, parseFunctionName } from '../lambda/function-name.ts';
import { Members } from '../lambda/functions/members.ts';
import { pageOf, pageSize, readMarker } from '../lambda/functions/page.ts';
import { type Mapping, type MappingState, mappingAnswer, mappingArn } from './mapping.ts';
import { readMappingSettings, readSourceArn } from './mapping-request.ts';
import type { Mappings } from './mappings.ts';

const PATH = '/2015-03-31/event-source-mappings';
const SOURCES = 'of SQS queues: other sources are refused';

/** The operations of the Lambda API on event source mappings. */
export function mappingOperations({ mappings }: { readonly mappings: Mappings }): readonly ApiOperation[] {
  const answer = (mapping: Mapping, state?: MappingState): OperationAnswer => ({
    status: state === undefined ? 200 : 202,
    output: mappingAnswer(mapping, mappings.scope, state),
  });
  const authorize = (call: OperationCall, operation: string): string => {
    const uuid = call.path.UUID ?? '';
    call.authorize(`lambda:${operation}`, mappingArn(mappings.scope, uuid));
    return uuid;
  };
  return [
    {
      name: 'CreateEventSourceMapping',
      route: { method: 'POST', path: PATH },
      support: 'partial',
      note: SOURCES,
      handle(call) {
        call.authorize('lambda:CreateEventSourceMapping', '*');
        const reference = functionIn(call.input);
        const sourceArn = readSourceArn(call.input);
        return answer(mappings.create(reference, sourceArn, readMappingSettings(call.input)), 'Creating');
      },
    },
    {
      name: 'GetEventSourceMapping',
      route: { method: 'GET', path: `${PATH}/{UUID}` },
      support: 'supported',
      handle: (call) => answer(mappings.get(authorize(call, 'GetEventSourceMapping'))),
    },
    {
      name: 'ListEventSourceMappings',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        call.authorize('lambda:ListEventSourceMappings', '*');
        const { items, next } = page(mappings.list(), call.query);
        return {
          output: {
            EventSourceMappings: items.map((mapping) => mappingAnswer(mapping, mappings.scope)),
            ...next,
          },
        };
      },
    },
    {
      name: 'UpdateEventSourceMapping',
      route: { method: 'PUT', path: `${PATH}/{UUID}` },
      support: 'partial',
      note: SOURCES,
      handle(call) {
        const uuid = authorize(call, 'UpdateEventSourceMapping');
        const before = mappings.get(uuid);
        const reference = new Members(call.input).isEmpty('FunctionName')
          ? undefined
          : functionIn(call.input);
        const after = mappings.update(uuid, readMappingSettings(call.input), reference);
        return answer(after, transition(before, after));
      },
    },
    {
      name: 'DeleteEventSourceMapping',
      route: { method: 'DELETE', path: `${PATH}/{UUID}` },
      support: 'supported',
      handle: (call) => answer(mappings.remove(authorize(call, 'DeleteEventSourceMapping')), 'Deleting'),
    },
  ];
}

function functionIn(input: Readonly<Record<string, unknown>>): FunctionReference {
  const members = new Members(input);
  const name = members.requiredText('FunctionName', { min: 1 });
  members.check();
  return parseFunctionName(name);
}

function transition(before: Mapping, after: Mapping): MappingState {
  if (before.enabled === after.enabled) return 'Updating';
  return after.enabled ? 'Enabling' : 'Disabling';
}

function page(
  all: readonly Mapping[],
  query: URLSearchParams,
): { readonly items: readonly Mapping[]; readonly next: { readonly NextMarker?: string } } {
  const sourceArn = query.get('EventSourceArn');
  const functionName = query.get('FunctionName');
  const reference = functionName === null ? undefined : parseFunctionName(functionName);
  const [after = ''] = readMarker(query);
  const size = pageSize(query);
  const found = all.filter(
    (mapping) =>
      mapping.uuid > String(after) &&
      (sourceArn === null || mapping.sourceArn === sourceArn) &&
      (reference === undefined ||
        (mapping.functionName === reference.name && mapping.qualifier === reference.qualifier)),
  );
  return pageOf(found.slice(0, size + 1), size, ({ uuid }) => [uuid]);
}
