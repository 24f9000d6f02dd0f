import { existsSync, realpathSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname, join, relative, sep } from 'node:path';
import type { ContainerCreateOptions } from 'dockerode';
import { heapOptions } from '../node-process.ts';
import { runtimeFamily } from '../runtime-family.ts';
import type { LoadRequest } from '../runtime-process.ts';
import type { Environment } from '../worker-environment.ts';
import { LAYERS, LLX_RUNTIME, TASK_ROOT } from './container-environment.ts';

/** What a user chooses of all containers. */
export type ContainerLimits = {
  /** Processors of each. @default Lambda's: one for 1,769 MB, but at least a whole one */
  readonly cpus?: number;
  /** Processes and threads of each. @default Lambda's: 1,024 */
  readonly pids?: number;
  /** Megabytes that /tmp may have, out of the function's memory. @default Lambda's: 512 */
  readonly tmpMb?: number;
};

export type ContainerFacts = {
  readonly image: string;
  /** Whether the image starts a runtime of Lambda by itself. */
  readonly hasOwnRuntime: boolean;
  readonly environment: Environment;
  readonly network: string;
  /** Absolute; with llx's own bootstraps. */
  readonly runtimeDirectory: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly limits?: ContainerLimits | undefined;
  /** Absolute: what of this machine no function may read, wherever it is in the code's folder. */
  readonly hidden?: readonly string[] | undefined;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
const MB_PER_CPU = 1_769;
const MB = 1024 * 1024;
const HIDDEN = ['.llx/emulator', '.llx/certificates'];

/**
 * A container that can do no more than its function needs: nothing of it can be written but /tmp, it has no capability
 * and can get none, and memory, processors and processes are bounded.
 */
export function containerSettings(request: LoadRequest, facts: ContainerFacts): ContainerCreateOptions {
  const { spec, code } = request;
  const { image, environment, network, runtimeDirectory, labels, limits = {} } = facts;
  const { cpus = Math.max(1, spec.memoryMb / MB_PER_CPU), pids = 1_024, tmpMb = 512 } = limits;
  const mounts = [
    [spec.root, TASK_ROOT],
    ...(code.opt === undefined ? [] : [[code.opt, LAYERS]]),
    ...(facts.hasOwnRuntime ? [] : [[runtimeDirectory, LLX_RUNTIME]]),
  ];
  const memory = spec.memoryMb * MB;
  const hidden = hiddenPlaces(spec.root, facts.hidden ?? []);
  return {
    Image: image,
    ...(facts.hasOwnRuntime ? { Cmd: [spec.handler] } : { Entrypoint: [...entrypoint(request)], Cmd: [] }),
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    WorkingDir: TASK_ROOT,
    // Whoever runs llx may read the package; as nobody else, and never with more than he has.
    ...(process.getuid === undefined ? {} : { User: `${process.getuid()}:${process.getgid?.() ?? 0}` }),
    Labels: { ...labels },
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: network,
      Mounts: [...mounts, ...hidden.files.map((place) => ['/dev/null', `${TASK_ROOT}/${place}`])].map(
        ([Source = '', Target = '']) => ({ Type: 'bind', Source, Target, ReadOnly: true }),
      ),
      Tmpfs: {
        '/tmp': `rw,nosuid,nodev,exec,size=${tmpMb}m,mode=1777`,
        ...Object.fromEntries(hidden.folders.map((place) => [`${TASK_ROOT}/${place}`, 'ro,size=4k'])),
      },
      ReadonlyRootfs: true,
      Privileged: false,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Memory: memory,
      MemorySwap: memory,
      NanoCpus: Math.floor(Math.min(cpus, availableParallelism()) * 1e9),
      PidsLimit: pids,
      // Process 1 takes signals only if it asks for them, and has to bury the dead.
      Init: true,
      // Lines go to the function's log, and to no file of the engine.
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
    },
  };
}

/** What llx keeps is no part of a project's functions, wherever it is: keys, and the variables of others. Below the root. */
function hiddenPlaces(
  root: string,
  named: readonly string[],
): { readonly folders: readonly string[]; readonly files: readonly string[] } {
  const folders = new Set<string>();
  const files = new Set<string>();
  for (const place of [...HIDDEN.map((one) => join(root, one)), ...named]) {
    if (!existsSync(place)) continue;
    // As the engine sees it, which follows links.
    const path = relative(realpathSync(root), realpathSync(place));
    if (path === '' || path.startsWith('..')) continue;
    (statSync(place).isDirectory() ? folders : files).add(path.split(sep).join('/'));
  }
  return { folders: [...folders], files: [...files] };
}

/** By llx's own bootstraps, with the interpreter of the image. */
function entrypoint({ spec, code }: LoadRequest): readonly string[] {
  switch (runtimeFamily(spec.runtime)) {
    case 'nodejs': {
      const file = `${TASK_ROOT}/${relative(spec.root, code.file)}`;
      const program = `${LLX_RUNTIME}/container-bootstrap.mjs`;
      return ['node', ...heapOptions(spec.memoryMb), program, file, code.exportPath];
    }
    case 'python':
      return ['python3', `${LLX_RUNTIME}/python/bootstrap.py`, spec.handler];
    default:
      return [
        `${code.file.startsWith(`${spec.root}/`) && extname(code.file) !== '' ? code.file : TASK_ROOT}/bootstrap`,
      ];
  }
}
