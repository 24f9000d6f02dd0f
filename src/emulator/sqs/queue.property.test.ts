import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TestClock } from '../service.test-support.ts';
import type { Queue } from './queue.ts';
import { bodies, message, openQueues } from './sqs.test-support.ts';

const VISIBILITY_MS = 30_000;

/** What a queue is, without indexes: a list of messages, and the rules read off the documentation. */
type ModelMessage = {
  readonly body: string;
  readonly group: string;
  readonly sequence: number;
  visibleAt: number;
  receiveCount: number;
};

type Real = { readonly queue: Queue; readonly clock: TestClock; readonly handles: Map<string, string> };

class Model {
  readonly fifo: boolean;
  readonly clock: TestClock;
  messages: ModelMessage[] = [];
  sent = 0;

  constructor(fifo: boolean, clock: TestClock) {
    this.fifo = fifo;
    this.clock = clock;
  }

  isHeld({ receiveCount, visibleAt }: ModelMessage): boolean {
    return receiveCount > 0 && visibleAt > this.clock.now();
  }

  /** Of a FIFO queue, group after group: the one whose next message has been there the longest comes first. */
  available(most: number): ModelMessage[] {
    const visible = this.messages.filter(({ visibleAt }) => visibleAt <= this.clock.now());
    const byAge = (a: ModelMessage, b: ModelMessage): number =>
      a.visibleAt - b.visibleAt || a.sequence - b.sequence;
    if (!this.fifo) return visible.sort(byAge).slice(0, most);
    const found: ModelMessage[] = [];
    for (const group of new Set(this.messages.map((one) => one.group))) {
      const members = this.messages.filter((one) => one.group === group);
      if (members.some((one) => this.isHeld(one))) continue;
      for (const one of members) {
        if (one.visibleAt > this.clock.now()) break;
        found.push(one);
      }
    }
    return found;
  }
}

type Command = fc.Command<Model, Real>;

class Send implements Command {
  readonly group: string;
  readonly delayMs: number;
  constructor(group: string, delayMs: number) {
    this.group = group;
    this.delayMs = delayMs;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, { queue }: Real): void {
    const body = `${model.sent}`;
    const delayMs = model.fifo ? 0 : this.delayMs;
    queue.send([{ ...message(body, model.fifo ? this.group : undefined), delayMs }]);
    model.messages.push({
      body,
      group: this.group,
      sequence: model.sent,
      visibleAt: model.clock.now() + delayMs,
      receiveCount: 0,
    });
    model.sent += 1;
  }
  toString(): string {
    return `send(${this.group}, ${this.delayMs})`;
  }
}

class Receive implements Command {
  readonly most: number;
  constructor(most: number) {
    this.most = most;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, { queue, handles }: Real): void {
    const expected = model.available(this.most);
    const received = queue.receive({ most: this.most, visibilityTimeoutMs: VISIBILITY_MS });
    if (model.fifo) {
      // Which groups come first is the queue's choice; within each one nothing is left out or overtaken.
      expect(received.length).toBe(Math.min(this.most, expected.length));
      for (const group of new Set(expected.map((one) => one.group))) {
        const ofGroup = bodies(received.filter(({ groupId }) => groupId === group));
        expect(bodies(expected.filter((one) => one.group === group)).slice(0, ofGroup.length)).toEqual(
          ofGroup,
        );
      }
    } else {
      expect(bodies(received)).toEqual(bodies(expected));
    }
    for (const { body, receiptHandle, receiveCount } of received) {
      handles.set(body, receiptHandle);
      const found = model.messages.find((one) => one.body === body);
      expect(found).toBeDefined();
      if (found === undefined) continue;
      found.visibleAt = model.clock.now() + VISIBILITY_MS;
      found.receiveCount += 1;
      expect(receiveCount).toBe(found.receiveCount);
    }
  }
  toString(): string {
    return `receive(${this.most})`;
  }
}

class Delete implements Command {
  readonly pick: number;
  constructor(pick: number) {
    this.pick = pick;
  }
  check(model: Readonly<Model>): boolean {
    return model.messages.some((one) => model.isHeld(one));
  }
  run(model: Model, { queue, handles }: Real): void {
    const held = model.messages.filter((one) => model.isHeld(one));
    const one = held[this.pick % held.length];
    expect(queue.remove([handles.get(one?.body ?? '') ?? ''])).toEqual([undefined]);
    model.messages = model.messages.filter((other) => other !== one);
  }
  toString(): string {
    return `delete(${this.pick})`;
  }
}

class ChangeVisibility implements Command {
  readonly pick: number;
  readonly timeoutMs: number;
  constructor(pick: number, timeoutMs: number) {
    this.pick = pick;
    this.timeoutMs = timeoutMs;
  }
  check(model: Readonly<Model>): boolean {
    return model.messages.some((one) => model.isHeld(one));
  }
  run(model: Model, { queue, handles }: Real): void {
    const held = model.messages.filter((one) => model.isHeld(one));
    const one = held[this.pick % held.length];
    if (one === undefined) return;
    const change = { handle: handles.get(one.body) ?? '', timeoutMs: this.timeoutMs };
    expect(queue.changeVisibility([change])).toEqual([undefined]);
    one.visibleAt = model.clock.now() + this.timeoutMs;
  }
  toString(): string {
    return `changeVisibility(${this.pick}, ${this.timeoutMs})`;
  }
}

class Advance implements Command {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
  check(): boolean {
    return true;
  }
  run(_model: Model, { clock }: Real): void {
    clock.advance(this.ms);
  }
  toString(): string {
    return `advance(${this.ms})`;
  }
}

class Count implements Command {
  check(): boolean {
    return true;
  }
  run(model: Model, { queue, clock }: Real): void {
    const hidden = model.messages.filter(({ visibleAt }) => visibleAt > clock.now());
    const held = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
    expect(queue.counts()).toEqual({
      visible: model.messages.length - hidden.length,
      held,
      delayed: hidden.length - held,
    });
  }
  toString(): string {
    return 'count';
  }
}

const COMMANDS = fc.commands(
  [
    fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom(0, 0, 500)).map((args) => new Send(...args)),
    fc.integer({ min: 1, max: 4 }).map((most) => new Receive(most)),
    fc.nat(10).map((pick) => new Delete(pick)),
    fc.tuple(fc.nat(10), fc.constantFrom(0, 1000, 60_000)).map((args) => new ChangeVisibility(...args)),
    fc.constantFrom(1, 500, 1000, VISIBILITY_MS).map((ms) => new Advance(ms)),
    fc.constant(new Count()),
  ],
  // Long enough for what needs several messages of one group in flight.
  { maxCommands: 100, size: 'max' },
);

test.each([false, true])(
  'a queue does what its model does, whatever happens in any order (FIFO: %s)',
  async (fifo) => {
    const sqs = openQueues();
    let number = 0;
    try {
      fc.assert(
        fc.property(COMMANDS, (commands) => {
          number += 1;
          const queue = fifo
            ? sqs.create(`q${number}.fifo`, { FifoQueue: 'true', ContentBasedDeduplication: 'true' })
            : sqs.create(`q${number}`);
          const { clock } = sqs;
          fc.modelRun(
            () => ({ model: new Model(fifo, clock), real: { queue, clock, handles: new Map() } }),
            commands,
          );
        }),
        { numRuns: 200 },
      );
    } finally {
      await sqs.close();
    }
  },
);
