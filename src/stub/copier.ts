import type { DropCounter } from '../protocol/drops.ts';
import { OBSERVE_BYTES } from '../protocol/limits.ts';
import type { Message } from '../protocol/message.ts';
import type { Holder } from '../protocol/presence.ts';
import { newInvocationId } from '../protocol/random.ts';
import { eventJson, invocationMeta } from './invocation-meta.ts';
import { observedCopy } from './observed-copy.ts';
import type { StubCall } from './stub-call.ts';
import { DEPLOYED, type StubOutcome } from './stub-outcome.ts';

export type ObserveMessage = Extract<Message, { kind: 'observe' }>;

export type CopierOptions = {
  /** The part of all invocations that is copied, 0 to 1. @default 1 */
  readonly sample?: number | undefined;
  /** From 0 to 1. @default Math.random */
  readonly random?: (() => number) | undefined;
  readonly drops: DropCounter;
  /** Who is there to see it, at the moment; undefined: nobody. */
  readonly holder: (lane: string) => Holder | undefined;
  /** True when it left within the bound. */
  readonly send: (holder: Holder, message: ObserveMessage) => Promise<boolean>;
};

/** Copies what the deployed handler is given and answers, to the session that watches. */
export class Copier {
  readonly #options: CopierOptions;

  constructor(options: CopierOptions) {
    this.#options = options;
  }

  /**
   * The deployed handler runs; what it comes to is copied when the sample takes it. `watched`: somebody is there now;
   * else whoever is there at the end sees it.
   */
  observing(call: StubCall, lane: string, watched: boolean): StubOutcome {
    const { sample = 1, random = Math.random } = this.#options;
    if (random() >= sample) return DEPLOYED;
    // Now: the handler may change the event.
    const event = eventJson(call);
    const invocation = invocationMeta(call, lane);
    return {
      type: 'deployed',
      observe: async (answer) => {
        if (event.byteLength > OBSERVE_BYTES) return this.#leftOut(`an event of ${event.byteLength} bytes`);
        const holder = this.#options.holder(lane);
        if (holder === undefined) {
          if (watched) this.#leftOut('whoever watched is gone, or the connection is');
          return;
        }
        const copy = observedCopy(invocation, event, answer);
        const message: ObserveMessage = { kind: 'observe', id: newInvocationId(), ...copy };
        if (!(await this.#options.send(holder, message))) this.#leftOut('not in the socket in time');
      },
    };
  }

  #leftOut(why: string): void {
    this.#options.drops.drop('observe-left-out', why);
  }
}
