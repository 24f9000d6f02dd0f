import { rmSync } from 'node:fs';
import { afterAll, describe } from 'vitest';
import { hasRuntimeClient, makeBarePython, pythonVersion } from '../python.test-support.ts';
import { describePythonProcess } from './python-process.contract.ts';
import { describePython } from './python-runtime.contract.ts';

describe.skipIf(!hasRuntimeClient)(
  `AWS’s runtime client for Python${hasRuntimeClient ? '' : ' (skipped: `python3 -m pip install awslambdaric` is not done here)'}`,
  () => {
    describePython('as it is installed', {});
    describePythonProcess('its processes', {});
  },
);

describe.skipIf(pythonVersion === undefined)(
  `llx’s bootstrap for Python${pythonVersion === undefined ? ' (skipped: python3 is not installed)' : ''}`,
  () => {
    if (pythonVersion === undefined) return;
    const { executable, folder } = makeBarePython();
    afterAll(() => rmSync(folder, { recursive: true }));
    const developerEnvironment = { ...process.env, LLX_PYTHON: executable };
    describePython('in a Python without it', { developerEnvironment });
    describePythonProcess('its processes', { developerEnvironment });
  },
);
