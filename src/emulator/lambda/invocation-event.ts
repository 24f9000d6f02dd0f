import type { InvocationResult } from '../../runtime/invocation.ts';
import type { InvocationCall } from './invocation-service.ts';

/** What happens to invocations, for logs, metrics and screens. Times are epoch milliseconds. */
export type InvocationEvent =
  | { readonly type: 'started'; readonly call: InvocationCall; readonly at: number }
  | { readonly type: 'log'; readonly call: InvocationCall; readonly text: string; readonly at: number }
  | {
      readonly type: 'ended';
      readonly call: InvocationCall;
      readonly result: InvocationResult;
      readonly at: number;
    }
  | { readonly type: 'throttled'; readonly functionName: string; readonly at: number }
  /** Stopped for being in a loop. */
  | { readonly type: 'recursive'; readonly functionName: string; readonly at: number }
  | {
      readonly type: 'async';
      readonly functionName: string;
      readonly at: number;
      /** As the metrics of Lambda name them: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
      readonly metric:
        | 'AsyncEventsReceived'
        | 'AsyncEventsDropped'
        | 'DeadLetterErrors'
        | 'DestinationDeliveryFailures';
    }
  /** Of an event that is tried for the first time: how long it waited. */
  | {
      readonly type: 'async-age';
      readonly functionName: string;
      readonly at: number;
      readonly ageMs: number;
    };

export type InvocationListener = (event: InvocationEvent) => void;
