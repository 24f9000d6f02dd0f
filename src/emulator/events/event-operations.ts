import type { ApiOperation, OperationCall } from '../http/api-operation.ts';
import { isObject, type JsonObject } from '../json-object.ts';
import type { FunctionScope } from '../lambda/function-name.ts';
import { Members } from '../lambda/functions/members.ts';
import { secondsIso } from '../scheduler/schedule-event.ts';
import type { BusEvent } from './bus-event.ts';
import { busArn, type EventBuses } from './event-buses.ts';
import { eventsError, invalid } from './events-errors.ts';
import { readBusName, readPattern } from './rule-request.ts';
import type { Rules } from './rules.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MOST_ENTRIES = 10;
const MOST_BYTES = 1_048_576;

export type EventOperationsDependencies = {
  readonly rules: Rules;
  readonly buses: EventBuses;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

type Failure = { readonly ErrorCode: string; readonly ErrorMessage: string };

/** PutEvents, and whether a pattern fits an event. */
export function eventOperations({ rules, buses, now }: EventOperationsDependencies): readonly ApiOperation[] {
  const { scope } = rules;
  const put = async (
    entry: unknown,
    call: OperationCall,
  ): Promise<Failure | { readonly EventId: string }> => {
    const members = isObject(entry) ? entry : {};
    const bus = readBusName(members);
    const failure = failureOf(members);
    if (failure !== undefined) return failure;
    // As on AWS: what is on a bus that there is not reaches nobody.
    if (buses.find(bus) === undefined) return { EventId: crypto.randomUUID() };
    const event = busEvent(members, scope, now());
    const header = members.TraceHeader ?? call.headers['x-amzn-trace-id'];
    await rules.publish(bus, event, typeof header === 'string' ? header : undefined);
    return { EventId: event.id };
  };
  return [
    {
      name: 'PutEvents',
      support: 'partial',
      note: 'to buses of the account; no global endpoints',
      async handle(call) {
        const entries = readEntries(call.input);
        for (const entry of entries) {
          call.authorize('events:PutEvents', busArn(scope, readBusName(isObject(entry) ? entry : {})));
        }
        const results: (Failure | { readonly EventId: string })[] = [];
        for (const entry of entries) results.push(await put(entry, call));
        const failed = results.filter((result) => 'ErrorCode' in result);
        return { output: { FailedEntryCount: failed.length, Entries: results } };
      },
    },
    {
      name: 'TestEventPattern',
      support: 'supported',
      handle(call) {
        call.authorize('events:TestEventPattern', '*');
        const members = new Members(call.input);
        const matches = readPattern(members.requiredText('EventPattern', { max: 4096 }));
        const event = parsed(members.requiredText('Event'));
        members.check();
        if (event === undefined) throw eventsError('ValidationException', 'Parameter Event is not valid.');
        return { output: { Result: matches(event) } };
      },
    },
  ];
}

function readEntries({ Entries: entries }: JsonObject): readonly unknown[] {
  if (!Array.isArray(entries) || entries.length === 0 || entries.length > MOST_ENTRIES) {
    throw invalid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MOST_ENTRIES}`,
    );
  }
  if (Buffer.byteLength(JSON.stringify(entries)) > MOST_BYTES) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  return entries;
}

function failureOf({ Source: source, DetailType: type, Detail: detail }: JsonObject): Failure | undefined {
  const missing = Object.entries({ Source: source, DetailType: type, Detail: detail }).find(
    ([, value]) => typeof value !== 'string' || value === '',
  )?.[0];
  if (missing !== undefined) {
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`,
    };
  }
  if (isObject(parsed(String(detail)))) return undefined;
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

function busEvent(entry: JsonObject, { account, region }: FunctionScope, now: number): BusEvent {
  const { Time: time, Resources: resources, Detail: detail } = entry;
  return {
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': String(entry.DetailType),
    source: String(entry.Source),
    account,
    time: secondsIso(timeOf(time) ?? now),
    region,
    resources: Array.isArray(resources) ? resources.filter((one) => typeof one === 'string') : [],
    detail: parsed(String(detail)),
  };
}

/** Epoch seconds in JSON. */
function timeOf(value: unknown): number | undefined {
  const at = typeof value === 'number' ? value * 1000 : Number.NaN;
  return Math.abs(at) <= 8.64e15 ? at : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever asked for it gets told that it is not JSON.
    return undefined;
  }
}
