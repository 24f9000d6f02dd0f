import { callerOf, TestClock, temporaryState } from '../service.test-support.ts';
import { LogStore } from './log-store.ts';
import { logsService } from './logs-service.ts';

export const NOW = Date.parse('2026-03-01T12:00:00Z');
export const DAY_MS = 86_400_000;
export const GROUP = '/aws/lambda/hello';
export const GROUP_ARN = `arn:aws:logs:us-east-1:000000000000:log-group:${GROUP}`;

type Input = Readonly<Record<string, unknown>>;

/** CloudWatch Logs over a state in memory, which holds 2 MB of events, at a standing clock. */
export class LogsUnderTest {
  readonly #state = temporaryState();
  readonly clock = new TestClock(NOW);
  readonly store = new LogStore({ state: this.#state, clock: this.clock, maxBytes: 2_000_000 });
  readonly #caller = callerOf(
    logsService({
      store: this.store,
      clock: this.clock,
      scope: { account: '000000000000', region: 'us-east-1' },
      flush: () => undefined,
    }),
  );
  /** What the callers had to be allowed, in order. */
  readonly asked = this.#caller.asked;

  call(operation: string, input: Input = {}): Promise<Input> {
    return this.#caller.call(operation, input);
  }

  async makeStream(logStreamName = 'stream', logGroupName = GROUP): Promise<void> {
    if (this.store.groups.get(logGroupName) === undefined)
      await this.call('CreateLogGroup', { logGroupName });
    await this.call('CreateLogStream', { logGroupName, logStreamName });
  }

  put(
    messages: readonly (readonly [at: number, message: string])[],
    logStreamName = 'stream',
  ): Promise<Input> {
    const logEvents = messages.map(([timestamp, message]) => ({ timestamp, message }));
    return this.call('PutLogEvents', { logGroupName: GROUP, logStreamName, logEvents });
  }

  /** What FilterLogEvents finds. */
  async messages(input: Input = {}): Promise<readonly string[]> {
    const { events } = await this.call('FilterLogEvents', { logGroupName: GROUP, ...input });
    return (events as { message: string }[]).map(({ message }) => message);
  }

  async close(): Promise<void> {
    this.store.close();
    await this.#state.remove();
  }
}
