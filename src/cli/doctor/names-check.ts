import { type Check, ok, warn } from './check.ts';
import type { DoctorSetup } from './setup.ts';

/** Which names a deployment gave the functions of a CDK app: without them no other check finds any. */
export function namesCheck(expected: number, locate: NonNullable<DoctorSetup['locate']>): Check {
  return {
    id: 'names',
    title: 'Functions of the CDK app',
    needs: ['identity'],
    async run(facts, signal) {
      const scope = { region: facts.get('region'), account: facts.get('identity').account };
      const located = await locate(scope, facts.get('credentials'), signal);
      facts.learn('located', located);
      return located.length === expected
        ? ok(`${expected} found in CloudFormation`)
        : warn(
            `expected ${expected} of them to be deployed, found ${located.length}`,
            'npx cdk deploy --all -c llx=true',
          );
    },
  };
}
