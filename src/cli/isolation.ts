import { LlxError } from '../errors/llx-error.ts';
import type { DropCounter } from '../protocol/drops.ts';
import type { SpawnWorker } from '../runtime/worker.ts';

export type IsolationFlags = {
  /** @default workers as `llx dev` has them: where the code is */
  readonly isolation?: 'process' | 'container';
  /** `IMAGE`, or `nodejs24.x=IMAGE`. */
  readonly containerImage?: readonly string[];
  readonly containerNetwork?: string;
  readonly containerCpus?: number;
  /** Containers that wait for invocations to come, over all functions. @default 2 */
  readonly containerWarm?: number;
};

const WARM = 2;

export type Isolation = {
  readonly spawnWorker: SpawnWorker;
  /** After the workers have ended. */
  close(): Promise<void>;
};

type IsolationParts = {
  /** Of processes. */
  readonly spawnWorker: SpawnWorker;
  /** Absolute; for working copies and temporary files. */
  readonly directory: string;
  readonly bootstrapFile: string;
  /** Absolute: llx's own, of which functions in containers see nothing. */
  readonly hidden: readonly string[];
  readonly drops: DropCounter;
  readonly onNotice: (text: string) => void;
};

/**
 * Where deployed functions run.
 *
 * @throws LlxError LLX_CONTAINERS_UNAVAILABLE
 */
export async function openIsolation(flags: IsolationFlags, parts: IsolationParts): Promise<Isolation> {
  switch (flags.isolation) {
    case 'container':
      return await openContainers(flags, parts);
    case 'process': {
      const { isolateProcesses } = await import('../runtime/isolation/isolated-process.ts');
      const { WorkingCopies } = await import('../runtime/isolation/working-copies.ts');
      const copies = new WorkingCopies(parts.directory);
      return {
        spawnWorker: isolateProcesses(parts.spawnWorker, copies),
        close: () => copies.close(),
      };
    }
    default:
      return { spawnWorker: parts.spawnWorker, close: async () => undefined };
  }
}

async function openContainers(flags: IsolationFlags, parts: IsolationParts): Promise<Isolation> {
  const { dockerEngine } = await import('../runtime/container/container-engine.ts');
  const containers = await import('../runtime/container/spawn-container-worker.ts');
  const { bootstrapFile, drops, onNotice } = parts;
  const engine = await dockerEngine();
  try {
    await engine.ping();
    const left = await containers.sweepContainers(engine);
    if (left > 0) onNotice(`Removed ${left} container${left === 1 ? '' : 's'} that a killed llx had left.`);
  } catch (cause) {
    throw new LlxError('LLX_CONTAINERS_UNAVAILABLE', {
      message: `Expected a container engine at DOCKER_HOST or its usual socket, but it cannot be asked: ${messageOf(cause)}`,
      mend: 'Start one: systemctl start docker\nOr run functions in processes: --isolation process',
      cause,
    });
  }
  return containers.createContainerWorkers({
    engine,
    bootstrapFile,
    images: imagesOf(flags.containerImage ?? []),
    network: flags.containerNetwork,
    warm: flags.containerWarm ?? WARM,
    limits: flags.containerCpus === undefined ? {} : { cpus: flags.containerCpus },
    hidden: parts.hidden,
    drops,
  });
}

/** `nodejs24.x=IMAGE`; an image alone is for all. */
function imagesOf(written: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    written.map((text) => {
      const [, runtime = 'default', image = text] = /^([a-z0-9.]+)=(.+)$/.exec(text) ?? [];
      return [runtime, image];
    }),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
