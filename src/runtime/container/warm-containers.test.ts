import { expect, test } from 'vitest';
import type { LoadRequest } from '../runtime-process.ts';
import { functionSpec } from '../worker.test-support.ts';
import { WarmContainers } from './warm-containers.ts';

const request: LoadRequest = {
  spec: functionSpec({ handler: 'index.handler' }),
  code: { file: '/index.mjs', exportPath: 'handler' },
  command: { environment: {}, workingDirectory: '/', file: '', exportPath: '' },
};

test('an engine that does not answer, as one that is paused, does not hold up the end', async () => {
  const made = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const kills: string[] = [];
  let makes = 0;
  const warm = new WarmContainers({
    limit: 1,
    refillDelayMs: 0,
    closeMs: 1,
    make: () => {
      made[makes]?.resolve();
      makes += 1;
      return { kill: () => kills.push('one'), exited: new Promise<never>(() => undefined) };
    },
  });
  warm.take(request);
  // The one that waits for the next invocation.
  await made[1]?.promise;
  await warm.close();
  expect([makes, kills]).toEqual([2, ['one']]);
});
