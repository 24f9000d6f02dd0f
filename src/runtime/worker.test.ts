import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { HttpChannel } from './channel/http-channel.ts';
import { PipeChannel } from './channel/pipe-channel.ts';
import { hasRuntimeClient, makeBarePython, pythonVersion } from './python.test-support.ts';
import { describeWorker } from './worker.contract.ts';
import { HANDLERS } from './worker.test-support.ts';

const node = { settings: {}, handlerOf: (name: string) => `contract.mjs.${name}` };
describeWorker('Node.js by pipes', {
  ...node,
  options: { createChannel: (pipes, listener) => new PipeChannel(pipes, listener) },
});
describeWorker('Node.js by the Runtime API', {
  ...node,
  options: { createChannel: (pipes, listener) => new HttpChannel(pipes, listener) },
});

describeWorker('a bootstrap of the package', {
  settings: { runtime: 'provided.al2023', root: join(HANDLERS, 'provided') },
  handlerOf: (name) => name,
  options: {},
});

const python = {
  settings: { runtime: `python${pythonVersion}` },
  handlerOf: (name: string) => `contract.${name}`,
};
describe.skipIf(!hasRuntimeClient)(
  `Python${hasRuntimeClient ? '' : ' (skipped: `python3 -m pip install awslambdaric` is not done here)'}`,
  () => describeWorker('by AWS’s runtime client', { ...python, options: {} }),
);
describe.skipIf(pythonVersion === undefined)(
  `Python${pythonVersion === undefined ? ' (skipped: python3 is not installed)' : ''}`,
  () => {
    if (pythonVersion === undefined) return;
    const { executable, folder } = makeBarePython();
    afterAll(() => rmSync(folder, { recursive: true }));
    const developerEnvironment = { ...process.env, LLX_PYTHON: executable };
    describeWorker('by llx’s bootstrap', { ...python, options: { developerEnvironment } });
  },
);
