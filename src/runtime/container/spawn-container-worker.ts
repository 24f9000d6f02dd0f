import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { DropCounter } from '../../protocol/drops.ts';
import { ChildWorker, type ChildWorkerOptions } from '../child-worker.ts';
import { isProcess } from '../isolation/working-copies.ts';
import { type Clock, SYSTEM_CLOCK } from '../run-watch.ts';
import type { SpawnWorker } from '../worker.ts';
import type { ContainerEngine } from './container-engine.ts';
import type { ContainerImages } from './container-image.ts';
import { ContainerProcess } from './container-process.ts';
import type { ContainerLimits } from './container-settings.ts';
import { FunctionContainer } from './function-container.ts';
import { WarmContainers } from './warm-containers.ts';

export type ContainerWorkerOptions = {
  readonly engine: ContainerEngine;
  /** Absolute: `dist/bootstrap.mjs`, beside which the container's is. */
  readonly bootstrapFile: string;
  /** By runtime, family or `default`. @default AWS's public base images */
  readonly images?: ContainerImages | undefined;
  /** How many containers wait for invocations to come, over all functions. @default 0 */
  readonly warm?: number | undefined;
  /** Of the engine: `bridge`, one of the user's own, or `host`, which is no network of its own. @default bridge */
  readonly network?: string | undefined;
  readonly limits?: ContainerLimits | undefined;
  /** Absolute: what of this machine no function may read. */
  readonly hidden?: readonly string[] | undefined;
  readonly drops?: DropCounter;
  readonly clock?: Clock;
  /** Lambda's limit for the init phase. @default 10 s */
  readonly initTimeoutMs?: number;
};

/** On every container: which process of which machine it belongs to, for several may use one engine. */
export const OWNER_LABEL = 'dev.llx.owner';
const OWNER = `${process.pid} ${randomUUID()} ${hostname()}`;

export type ContainerWorkers = {
  /** Starts one when it is loaded. */
  readonly spawnWorker: SpawnWorker;
  /** Ends the containers that wait; workers are ended by whoever has them. */
  close(): Promise<void>;
};

/** Workers in containers. */
export function createContainerWorkers(options: ContainerWorkerOptions): ContainerWorkers {
  const { engine, bootstrapFile, images, network = 'bridge', limits, hidden, warm: limit = 0 } = options;
  const runtimeDirectory = dirname(bootstrapFile);
  const labels = { [OWNER_LABEL]: OWNER };
  const worker = {
    // Nothing of the developer's own: the image has what there is.
    kept: { LANG: 'en_US.UTF-8', TZ: ':UTC' },
    runtimeDirectory,
    drops: options.drops ?? new DropCounter(),
    clock: options.clock ?? SYSTEM_CLOCK,
    initTimeoutMs: options.initTimeoutMs ?? 10_000,
  };
  const settings = { engine, images, network, limits, runtimeDirectory, labels, hidden };
  const warm = new WarmContainers({ limit, make: (request) => new FunctionContainer(settings, request) });
  const startProcess: ChildWorkerOptions['startProcess'] = (_, listener) =>
    new ContainerProcess((request) => warm.take(request), listener);
  return {
    spawnWorker: (profile) => new ChildWorker({ ...profile, deferred: true }, { ...worker, startProcess }),
    close: () => warm.close(),
  };
}

/** Removes what a llx left that was killed: a container outlives the one that started it. Gives how many. */
export function sweepContainers(
  engine: ContainerEngine,
  isAlive: (pid: number) => boolean = isProcess,
): Promise<number> {
  return engine.sweep(OWNER_LABEL, (owner) => {
    const [id, , host] = owner.split(' ');
    // Whether that one still runs, only its own machine can say.
    if (host !== hostname()) return false;
    const pid = Number(id);
    // Of a process with our number that was there before us.
    return owner !== OWNER && (pid === process.pid || !isAlive(pid));
  });
}
