import type { EmulatorClock } from '../emulator-clock.ts';
import type { FunctionSource } from '../lambda/function-source.ts';
import type { InvocationCall, InvocationOutcome } from '../lambda/invocation-service.ts';
import type { Queues } from '../sqs/queues.ts';
import type { State } from '../state/state.ts';

export type MappingsDependencies = {
  readonly state: State;
  readonly scope: { readonly account: string; readonly region: string };
  readonly clock: EmulatorClock;
  readonly queues: Queues;
  /** Configured and deployed functions. */
  readonly functions: FunctionSource;
  /** `InvocationService.invoke`. @throws AwsError 429 over the concurrency limits */
  readonly invoke: (call: InvocationCall) => Promise<InvocationOutcome>;
  readonly onNotice: (text: string) => void;
};

/** The event source mappings, and what polls for them. */
export class Mappings {
  constructor(_dependencies: MappingsDependencies) {}

  /** Begins to poll for the mappings that are enabled. */
  start(): void {}

  /** The function is gone: its mappings go, too. */
  functionDeleted(_functionName: string): void {}

  /** Stops polling; waits for the batches that run. Idempotent. */
  async close(): Promise<void> {}
}
