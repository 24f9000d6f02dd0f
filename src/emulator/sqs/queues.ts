import type { EmulatorClock } from '../emulator-clock.ts';
import type { QueueMessage, QueueSender } from '../lambda/invocations/queue-sender.ts';
import type { State } from '../state/state.ts';

export type QueuesDependencies = {
  readonly state: State;
  readonly scope: { readonly account: string; readonly region: string };
  readonly clock: EmulatorClock;
};

/** The account's queues. */
export class Queues implements QueueSender {
  constructor(_dependencies: QueuesDependencies) {}

  exists(_queueArn: string): boolean {
    return false;
  }

  async send(_queueArn: string, _message: QueueMessage): Promise<void> {}

  /** Called with the ARN of a queue that is gone. Gives what ends that. */
  onDeleted(_listener: (queueArn: string) => void): () => void {
    return () => undefined;
  }

  /** Ends all waiting receives, with nothing. Idempotent. */
  close(): void {}
}
