import { trustStatement } from '../../credentials/trust-statement.ts';
import { isLlxError } from '../../errors/llx-error.ts';
import type { ConfiguredFunction } from '../configuration.ts';
import { policyStatement } from '../live/policy-statement.ts';
import { type Check, type Finding, fail, ok } from './check.ts';
import type { Facts } from './facts.ts';
import type { DoctorSetup } from './setup.ts';
import { type ExpectedBroker, judgeEmulatorBroker, judgeStub } from './stub-judgement.ts';

/** What is asked of each function: is it deployed, does the stub stand in front, can its role be had. */
export function functionChecks(one: ConfiguredFunction, setup: DoctorSetup): readonly Check[] {
  const { name } = one;
  const id = `function:${name}`;
  return [
    {
      id,
      title: `${name}: deployed`,
      needs: setup.locate === undefined ? ['identity'] : ['names'],
      async run(facts, signal) {
        const there = nameInAws(one, facts);
        if (there === undefined) return notDeployed(one);
        const deployed = await facts.get('aws').functionConfiguration(there, signal);
        facts.learn(`deployed:${name}`, deployed);
        return ok([deployed.arn, deployed.runtime].filter((part) => part !== undefined).join(', '));
      },
    },
    {
      id: `stub:${name}`,
      title: `${name}: stub`,
      needs: [id, 'endpoint'],
      run: async (facts) => {
        const emulator = facts.find('emulator');
        return emulator !== undefined && setup.broker.type === 'other'
          ? judgeEmulatorBroker(emulator, setup.broker.address)
          : judgeStub(name, facts.get(`deployed:${name}`), expectedBroker(facts, setup));
      },
    },
    {
      id: `role:${name}`,
      title: `${name}: role`,
      needs: [id],
      run: (facts, signal) => checkRole(name, facts, signal),
    },
  ];
}

/** A CDK app leaves most names to CloudFormation. */
function nameInAws({ name, deployment }: ConfiguredFunction, facts: Facts): string | undefined {
  const located = facts.find('located');
  if (located === undefined || deployment === undefined) return name;
  return located.find((other) => other.deployment?.path === deployment.path)?.name;
}

function notDeployed({ deployment }: ConfiguredFunction): Finding {
  return fail(
    'LLX_FUNCTION_UNKNOWN',
    'expected it in its stack, found that it is not deployed there',
    `npx cdk deploy ${deployment?.stack.path ?? ''} -c llx=true`,
  );
}

function expectedBroker(facts: Facts, { broker, emulator }: DoctorSetup): ExpectedBroker | undefined {
  // Its stubs find the broker beside them.
  if (emulator !== undefined) return undefined;
  const { account } = facts.get('identity');
  return broker.type === 'other'
    ? { variable: 'LLX_BROKER_URL', value: undefined, account }
    : { variable: 'LLX_IOT_ENDPOINT', value: facts.get('place').endpoint, account };
}

async function checkRole(name: string, facts: Facts, signal: AbortSignal): Promise<Finding> {
  const { roleArn } = facts.get(`deployed:${name}`);
  const { arn } = facts.get('identity');
  try {
    await facts.get('aws').tryAssumeRole(roleArn, 'llx-doctor', signal);
    return ok(`${roleArn} can be assumed`);
  } catch (error) {
    if (!isLlxError(error) || error.code !== 'LLX_AWS_DENIED') throw error;
    return fail(
      'LLX_AWS_DENIED',
      `expected to be allowed to assume ${roleArn}, found that its trust policy or a policy of yours does not allow it`,
      [
        'Add to the role’s trust policy:',
        trustStatement(arn),
        'and to a policy of yours:',
        policyStatement('sts:AssumeRole', roleArn),
        'Or run without: llx dev --credentials forward',
      ].join('\n'),
    );
  }
}
