import type { EmulatorClock } from '../emulator-clock.ts';
import { jsonOf } from '../state/rows.ts';
import type { State } from '../state/state.ts';
import { groupArn, type SchedulerScope } from './schedule.ts';
import { conflict, invalid, notFound } from './scheduler-errors.ts';

export type ScheduleGroup = {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
};

const DEFAULT = 'default';
/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html */
const MOST_TAGS = 50;

/** Groups of schedules. `default` is always there. */
export class ScheduleGroups {
  readonly #state: State;
  readonly #clock: EmulatorClock;
  readonly #groups = new Map<string, ScheduleGroup>();

  constructor({ state, clock }: { readonly state: State; readonly clock: EmulatorClock }) {
    this.#state = state;
    this.#clock = clock;
    this.#groups.set(DEFAULT, { name: DEFAULT, tags: {}, createdAt: 0, modifiedAt: 0 });
    for (const row of state.statement('SELECT settings FROM schedule_groups').all()) {
      const group = jsonOf<ScheduleGroup>(row, 'settings');
      this.#groups.set(group.name, group);
    }
  }

  /** In the order of their names. */
  list(): readonly ScheduleGroup[] {
    return [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws AwsError 404 ResourceNotFoundException */
  get(name: string): ScheduleGroup {
    const group = this.#groups.get(name);
    if (group === undefined) throw notFound(`Schedule group ${name}`);
    return group;
  }

  /** @throws AwsError 409 ConflictException, 400 ValidationException */
  create(name: string, tags: ScheduleGroup['tags']): ScheduleGroup {
    if (this.#groups.has(name)) throw conflict(`Schedule group ${name}`);
    const now = this.#clock.now();
    return this.#write({ name, tags, createdAt: now, modifiedAt: now });
  }

  /** @throws AwsError 404 ResourceNotFoundException, 400 ValidationException */
  setTags(name: string, tags: ScheduleGroup['tags']): void {
    this.#write({ ...this.get(name), tags, modifiedAt: this.#clock.now() });
  }

  /** @throws AwsError 404 ResourceNotFoundException, 400 ValidationException */
  checkRemovable(name: string): void {
    this.get(name);
    if (name === DEFAULT) throw invalid('The default schedule group cannot be deleted.');
  }

  /** @throws AwsError 404 ResourceNotFoundException, 400 ValidationException */
  remove(name: string): void {
    this.checkRemovable(name);
    this.#state.statement('DELETE FROM schedule_groups WHERE name = ?').run(name);
    this.#groups.delete(name);
  }

  #write(group: ScheduleGroup): ScheduleGroup {
    if (Object.keys(group.tags).length > MOST_TAGS)
      throw invalid(`A resource has at most ${MOST_TAGS} tags.`);
    this.#state
      .statement('INSERT OR REPLACE INTO schedule_groups (name, settings) VALUES (?, ?)')
      .run(group.name, JSON.stringify(group));
    this.#groups.set(group.name, group);
    return group;
  }
}

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetScheduleGroup.html */
export function groupAnswer(
  { name, createdAt, modifiedAt }: ScheduleGroup,
  scope: SchedulerScope,
): Readonly<Record<string, unknown>> {
  return {
    Arn: groupArn(scope, name),
    Name: name,
    State: 'ACTIVE',
    CreationDate: createdAt / 1000,
    LastModificationDate: modifiedAt / 1000,
  };
}
