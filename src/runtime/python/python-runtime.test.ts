import { rmSync } from 'node:fs';
import { afterAll, describe } from 'vitest';
import { hasRuntimeClient, makeBarePython, pythonVersion } from '../python.test-support.ts';
import { describePython } from './python-runtime.contract.ts';

describe.skipIf(!hasRuntimeClient)(
  `AWS’s runtime client for Python${hasRuntimeClient ? '' : ' (skipped: `python3 -m pip install awslambdaric` is not done here)'}`,
  () => describePython('as it is installed', {}),
);

describe.skipIf(pythonVersion === undefined)(
  `llx’s bootstrap for Python${pythonVersion === undefined ? ' (skipped: python3 is not installed)' : ''}`,
  () => {
    if (pythonVersion === undefined) return;
    const { executable, folder } = makeBarePython();
    afterAll(() => rmSync(folder, { recursive: true }));
    describePython('in a Python without it', {
      developerEnvironment: { ...process.env, LLX_PYTHON: executable },
    });
  },
);
