import type { LambdaCalls } from '../platform/lambda-calls.ts';
import { HttpTriggers } from './http-triggers.ts';
import type { Triggers } from './package-metadata.ts';
import { QueueTriggers } from './queue-triggers.ts';
import { TopicTriggers } from './topic-triggers.ts';
import type { TriggerTable, TriggerTarget, Undo } from './trigger-table.ts';

const NONE: Triggers = { routes: [], queues: [], topics: [] };

/** All triggers of a source. */
export type TriggerTables = {
  /** What each function of them is called by. */
  read(targets: readonly TriggerTarget[]): Promise<(functionName: string) => Triggers>;
  /** Finds out whether `put` can make them, before anybody is to be served by them. Gives what takes back what that made. */
  prepare(target: TriggerTarget, wanted: Triggers, has?: Triggers): Promise<Undo>;
  /** Makes those that a function has not yet, or takes them over. */
  put(target: TriggerTarget, wanted: Triggers, has?: Triggers): Promise<void>;
  /** Removes those of `has` that are not wanted any more. */
  release(target: TriggerTarget, has: Triggers, wanted?: Triggers): Promise<void>;
  /** Of the HTTP routes; undefined where there are none. */
  readonly endpoint: string | undefined;
  close(): void;
};

export function openTriggerTables(
  lambda: LambdaCalls,
  sourceName: string,
  signal: AbortSignal,
): TriggerTables {
  const routes = new HttpTriggers(lambda, sourceName, signal);
  const queues = new QueueTriggers(lambda, signal);
  const topics = new TopicTriggers(lambda, sourceName, signal);
  const tables: Readonly<Record<keyof Triggers, TriggerTable>> = { routes, queues, topics };
  const kinds = ['routes', 'queues', 'topics'] as const;
  return {
    get endpoint() {
      return routes.endpoint;
    },
    async read(targets) {
      const [http, sqs, mqtt] = await Promise.all(kinds.map((kind) => tables[kind].read(targets)));
      return (functionName) => ({
        routes: http?.get(functionName) ?? [],
        queues: sqs?.get(functionName) ?? [],
        topics: mqtt?.get(functionName) ?? [],
      });
    },
    async prepare(target, wanted, has = NONE) {
      const undos: Undo[] = [];
      const undo: Undo = async () => {
        // What failed is told already: what stays here calls nothing, and is found there in the next round.
        for (const each of undos.reverse()) await each().catch(() => undefined);
      };
      try {
        // Routes last: a new one is served at once.
        for (const kind of kinds.toReversed()) {
          for (const trigger of wanted[kind].filter((each) => !has[kind].includes(each))) {
            undos.push(await tables[kind].prepare(target, trigger));
          }
        }
        return undo;
      } catch (error) {
        await undo();
        throw error;
      }
    },
    async put(target, wanted, has = NONE) {
      for (const kind of kinds) {
        for (const trigger of wanted[kind].filter((each) => !has[kind].includes(each))) {
          await tables[kind].put(target, trigger);
        }
      }
    },
    async release(target, has, wanted = NONE) {
      for (const kind of kinds) {
        for (const trigger of has[kind].filter((each) => !wanted[kind].includes(each))) {
          await tables[kind].remove(target, trigger);
        }
      }
    },
    close() {
      for (const kind of kinds) tables[kind].close();
    },
  };
}
