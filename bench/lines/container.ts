import { dockerEngine } from '../../src/runtime/container/container-engine.ts';
import {
  noDockerEngine,
  TEST_IMAGE,
  TEST_NETWORK,
  TestEngine,
} from '../../src/runtime/container/docker-engine.test-support.ts';
import { createContainerWorkers } from '../../src/runtime/container/spawn-container-worker.ts';
import { workerProfile } from '../../src/runtime/generation-workers.ts';
import { createSpawnWorker } from '../../src/runtime/spawn-worker.ts';
import { codeOf, functionSpec, invocationRequest } from '../../src/runtime/worker.test-support.ts';
import type { SpawnWorker } from '../../src/runtime/worker.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const COLD_ROUNDS = 7;
const WARM_ROUNDS = 200;
const HANDLER = 'contract.mjs.echo';

/**
 * A function's first answer in a container of its own, and its next ones; the floor is the same in a process. The engine
 * copies the image for each container (vfs), as in the tests; one with overlay2 starts faster.
 */
export async function container(): Promise<readonly Line[]> {
  if (noDockerEngine !== undefined) {
    process.stderr.write(`container: skipped: no Docker engine: ${noDockerEngine}\n`);
    return [];
  }
  const testEngine = await TestEngine.start();
  try {
    const bootstrapFile = await testEngine.bootstraps();
    const containers = createContainerWorkers({
      engine: await dockerEngine({ socketPath: testEngine.socketPath }),
      bootstrapFile,
      images: { default: TEST_IMAGE },
      network: TEST_NETWORK,
    });
    const processes = createSpawnWorker({ bootstrapFile });
    // Interleaved, so that both see the same machine.
    const cold: number[] = [];
    const coldFloor: number[] = [];
    for (let round = 0; round < COLD_ROUNDS; round++) {
      cold.push(await firstAnswer(containers.spawnWorker));
      coldFloor.push(await firstAnswer(processes));
    }
    const warm = await nextAnswers(containers.spawnWorker);
    const warmFloor = await nextAnswers(processes);
    const common = { unit: 'ms', floorName: 'the same in a process' } as const;
    return [
      {
        name: 'cold start in a container → its first answer',
        value: median(cold),
        floor: median(coldFloor),
        ...common,
      },
      { name: 'warm invocation in a container', value: median(warm), floor: median(warmFloor), ...common },
    ];
  } finally {
    await testEngine.close();
  }
}

async function firstAnswer(spawnWorker: SpawnWorker): Promise<number> {
  const startedAt = performance.now();
  const worker = await loaded(spawnWorker);
  await worker.invoke(invocationRequest());
  const milliseconds = performance.now() - startedAt;
  await worker.kill();
  return milliseconds;
}

async function nextAnswers(spawnWorker: SpawnWorker): Promise<readonly number[]> {
  const worker = await loaded(spawnWorker);
  const samples: number[] = [];
  for (let round = 0; round < WARM_ROUNDS; round++) {
    const startedAt = performance.now();
    await worker.invoke(invocationRequest());
    samples.push(performance.now() - startedAt);
  }
  await worker.kill();
  return samples;
}

async function loaded(spawnWorker: SpawnWorker) {
  const spec = functionSpec({ handler: HANDLER });
  const worker = spawnWorker(workerProfile(spec));
  const outcome = await worker.load(spec, codeOf(HANDLER));
  if (outcome.status === 'failed') throw new Error(Buffer.from(outcome.payload).toString());
  return worker;
}
