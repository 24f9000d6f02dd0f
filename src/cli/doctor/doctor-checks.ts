import { type ConfiguredFunction, functionsIn } from '../configuration.ts';
import { accountChecks } from './account-checks.ts';
import { brokerChecks } from './broker-checks.ts';
import type { Check } from './check.ts';
import type { Facts } from './facts.ts';
import { functionChecks } from './function-checks.ts';
import { lanesCheck } from './lanes-check.ts';
import { machineChecks } from './machine-checks.ts';
import { namesCheck } from './names-check.ts';
import { networkChecks } from './network-checks.ts';
import { probeChecks } from './probe-checks.ts';
import { retainedCheck } from './retained-check.ts';
import type { DoctorSetup } from './setup.ts';
import { topicsCheck } from './topics-check.ts';

/** All that the doctor asks, in the order in which it is told: from this machine outwards, then the functions. */
export function doctorChecks(setup: DoctorSetup, options: { readonly probe: boolean }): readonly Check[] {
  const project = 'found' in setup.configuration ? setup.configuration.found : undefined;
  const functions = project?.functions ?? [];
  const functionsOf = (facts: Facts): readonly ConfiguredFunction[] =>
    facts.find('located') ??
    functionsIn({ region: facts.get('region'), account: facts.get('identity').account }, functions);
  const arnsOf = (facts: Facts): readonly string[] => functionsOf(facts).map(({ arn }) => arn);
  return [
    ...machineChecks(setup),
    ...accountChecks(setup),
    ...networkChecks(setup),
    ...brokerChecks(setup),
    retainedCheck(setup),
    ...(setup.locate === undefined ? [] : [namesCheck(functions.length, setup.locate)]),
    ...(functions.length === 0 ? [] : [topicsCheck(arnsOf)]),
    ...functions.flatMap((one) => functionChecks(one, setup)),
    ...(functions.length === 0 ? [] : [lanesCheck(project?.lane ?? 'default', functionsOf)]),
    ...(options.probe && setup.broker.type === 'iot-core' ? probeChecks(setup, arnsOf) : []),
  ];
}
