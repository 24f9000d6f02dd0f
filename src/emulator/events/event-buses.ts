import type { FunctionScope } from '../lambda/function-name.ts';
import { jsonOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { eventsError, invalid, notFound } from './events-errors.ts';
import { DEFAULT_BUS } from './rule.ts';

export type EventBus = {
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
};

/** The buses of the account. `default` is always there. */
export class EventBuses {
  readonly #state: State;
  readonly #buses = new Map<string, EventBus>();

  constructor(state: State) {
    this.#state = state;
    this.#buses.set(DEFAULT_BUS, {
      name: DEFAULT_BUS,
      description: undefined,
      tags: {},
      createdAt: 0,
      modifiedAt: 0,
    });
    for (const row of state.statement('SELECT settings FROM event_buses').all()) {
      const bus = jsonOf<EventBus>(row, 'settings');
      this.#buses.set(bus.name, bus);
    }
  }

  /** In the order of their names. */
  list(): readonly EventBus[] {
    return [...this.#buses.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  find(name: string): EventBus | undefined {
    return this.#buses.get(name);
  }

  /** @throws AwsError 400 ResourceNotFoundException */
  get(name: string): EventBus {
    const bus = this.#buses.get(name);
    if (bus === undefined) throw notFound(`Event bus ${name}`);
    return bus;
  }

  /** @throws AwsError 400 ResourceAlreadyExistsException */
  create(bus: EventBus): void {
    if (this.#buses.has(bus.name)) {
      throw eventsError('ResourceAlreadyExistsException', `Event bus ${bus.name} already exists.`);
    }
    this.#write(bus);
  }

  setTags(name: string, tags: EventBus['tags']): void {
    this.#write({ ...this.get(name), tags });
  }

  /** One that there is not is gone already. @throws AwsError 400 ValidationException for the default one */
  remove(name: string): void {
    if (name === DEFAULT_BUS) throw invalid('Cannot delete event bus default.');
    this.#state.statement('DELETE FROM event_buses WHERE name = ?').run(name);
    this.#buses.delete(name);
  }

  #write(bus: EventBus): void {
    this.#state
      .statement('INSERT OR REPLACE INTO event_buses (name, settings) VALUES (?, ?)')
      .run(bus.name, JSON.stringify(bus));
    this.#buses.set(bus.name, bus);
  }
}

export function busArn({ region, account }: FunctionScope, name: string): string {
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}
