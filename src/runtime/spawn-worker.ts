import { dirname, join } from 'node:path';
import { DropCounter } from '../protocol/drops.ts';
import { type CreateChannel, channelFor } from './channel/create-channel.ts';
import { ChildWorker } from './child-worker.ts';
import { DeferredProcess } from './deferred-process.ts';
import { GroupGuard } from './group-guard.ts';
import { NotStarted, type PlanLaunch } from './launch.ts';
import { createPlanNode } from './node-launch.ts';
import { NodeProcess } from './node-process.ts';
import { planProvided } from './provided/provided-launch.ts';
import { askPython } from './python/python-interpreter.ts';
import { createPlanPython } from './python/python-launch.ts';
import { type Clock, SYSTEM_CLOCK } from './run-watch.ts';
import { type RuntimeFamily, runtimeFamily, unsupportedFailure } from './runtime-family.ts';
import type { SpawnWorker } from './worker.ts';
import { keptEnvironment } from './worker-environment.ts';

export type SpawnWorkerOptions = {
  /** Absolute: `dist/bootstrap.mjs`, or its source. */
  readonly bootstrapFile: string;
  /** Absolute. @default `python/bootstrap.py` beside the other */
  readonly pythonBootstrapFile?: string;
  /** @default the running one */
  readonly nodeExecutable?: string;
  /** @default `process.env`; only a few names of it reach a handler */
  readonly developerEnvironment?: NodeJS.ProcessEnv;
  /** @default what LLX_CHANNEL says in the developer's environment, else frames over pipes */
  readonly createChannel?: CreateChannel;
  /** What a developer should know, in a sentence: another Python than expected. @default ignored */
  readonly onNotice?: (text: string) => void;
  readonly drops?: DropCounter;
  readonly clock?: Clock;
  /** Lambda's limit for the init phase. @default 10 s */
  readonly initTimeoutMs?: number;
};

/** Worker processes for functions of every runtime. The function that is returned starts one, and returns at once. */
export function createSpawnWorker(options: SpawnWorkerOptions): SpawnWorker {
  const { bootstrapFile, developerEnvironment = process.env, nodeExecutable = process.execPath } = options;
  const kept = keptEnvironment(developerEnvironment);
  const createChannel = options.createChannel ?? channelFor(developerEnvironment);
  const node = { nodeExecutable, bootstrapFile, environment: kept, createChannel };
  const plan = planFor(options, developerEnvironment);
  const deferred = { plan, createChannel, guard: new GroupGuard() };
  const workerOptions = {
    kept,
    runtimeDirectory: dirname(bootstrapFile),
    drops: options.drops ?? new DropCounter(),
    clock: options.clock ?? SYSTEM_CLOCK,
    initTimeoutMs: options.initTimeoutMs ?? 10_000,
  };
  return (profile) =>
    new ChildWorker(profile, {
      ...workerOptions,
      startProcess: (_, listener) =>
        profile.deferred ? new DeferredProcess(deferred, listener) : new NodeProcess(profile, node, listener),
    });
}

function planFor(options: SpawnWorkerOptions, developer: NodeJS.ProcessEnv): PlanLaunch {
  const { bootstrapFile, nodeExecutable = process.execPath, onNotice = () => {} } = options;
  const plans: { readonly [family in RuntimeFamily]: PlanLaunch } = {
    nodejs: createPlanNode({ nodeExecutable, bootstrapFile }),
    python: createPlanPython({
      bootstrapFile: options.pythonBootstrapFile ?? join(dirname(bootstrapFile), 'python', 'bootstrap.py'),
      ask: askPython(developer),
      named: developer.LLX_PYTHON,
      onNotice,
    }),
    provided: planProvided,
  };
  return async (request) => {
    const family = runtimeFamily(request.spec.runtime);
    if (family === undefined) throw new NotStarted(unsupportedFailure(request.spec));
    return plans[family](request);
  };
}
