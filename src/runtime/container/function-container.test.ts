import { hostname } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { functionSpec } from '../worker.test-support.ts';
import type { ContainerEngine } from './container-engine.ts';
import { FunctionContainer } from './function-container.ts';
import { sweepContainers } from './spawn-container-worker.ts';

const noEngine = (): never => {
  throw new Error('nobody asked for that');
};

function engine(own: Partial<ContainerEngine>): ContainerEngine {
  return { ping: noEngine, image: noEngine, gateway: noEngine, run: noEngine, sweep: noEngine, ...own };
}

const servers = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;

test('a container that was given up while its image came opens nothing when it is there', async () => {
  const before = servers();
  const image = Promise.withResolvers<readonly string[]>();
  const pulling = engine({ image: () => image.promise, gateway: async () => undefined });
  const spec = functionSpec({ root: '/code' });
  const container = new FunctionContainer(
    { engine: pulling, network: 'host', runtimeDirectory: '/llx/dist', labels: {} },
    {
      spec,
      code: { file: '/code/index.mjs', exportPath: 'handler' },
      command: { environment: {}, workingDirectory: '/code', file: '', exportPath: '' },
    },
  );
  container.kill();
  await container.exited;
  image.resolve([]);
  await setImmediate();
  expect(servers()).toBe(before);
});

test('containers of an llx on another machine that uses the same engine are not left over', async () => {
  let isLeft: (owner: string) => boolean = noEngine;
  const shared = engine({
    sweep: async (_, decide) => {
      isLeft = decide;
      return 0;
    },
  });
  await sweepContainers(shared, () => false);
  expect([isLeft(`1 a ${hostname()}`), isLeft('1 a elsewhere')]).toEqual([true, false]);
});
