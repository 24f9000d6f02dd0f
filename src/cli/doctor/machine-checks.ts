import { type Check, fail, ok } from './check.ts';
import type { DoctorSetup } from './setup.ts';

/** `engines` of package.json. */
const REQUIRED = [22, 22] as const;

/** What needs no network: this machine and the project. */
export function machineChecks({ nodeVersion, configuration }: DoctorSetup): readonly Check[] {
  return [
    { id: 'node', title: 'Node.js', needs: [], run: async () => checkNode(nodeVersion) },
    {
      id: 'configuration',
      title: 'Configuration',
      needs: [],
      async run() {
        if ('problem' in configuration) throw configuration.problem;
        const { file, functions } = configuration.found;
        return ok(`${functions.length === 1 ? '1 function' : `${functions.length} functions`} in ${file}`);
      },
    },
  ];
}

function checkNode(version: string): ReturnType<typeof ok> {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fits = major > REQUIRED[0] || (major === REQUIRED[0] && minor >= REQUIRED[1]);
  if (fits) return ok(`v${version}`);
  return fail(
    'LLX_NODE_VERSION',
    `expected Node.js ${REQUIRED.join('.')} or newer, found ${version}`,
    'npx -p node@24 -p llx llx doctor',
  );
}
