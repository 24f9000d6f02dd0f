import { trustStatement } from '../../credentials/trust-statement.ts';
import { isLlxError } from '../../errors/llx-error.ts';
import { decodePresence, decodeSessionState } from '../../protocol/presence.ts';
import { presenceTopic, sessionTopic, unqualifiedArn } from '../../protocol/topics.ts';
import { policyStatement } from '../live/policy-statement.ts';
import { type Check, type Finding, fail, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';
import type { DoctorSetup } from './setup.ts';
import { type ExpectedBroker, judgeStub } from './stub-judgement.ts';

/** What is asked of each function: is it deployed, does the stub stand in front, can its role be had, who holds it. */
export function functionChecks(name: string, lane: string, setup: DoctorSetup): readonly Check[] {
  const id = `function:${name}`;
  return [
    {
      id,
      title: `${name}: deployed`,
      needs: ['identity'],
      async run(facts, signal) {
        const deployed = await facts.get('aws').functionConfiguration(name, signal);
        facts.learn(`deployed:${name}`, deployed);
        return ok([deployed.arn, deployed.runtime].filter((part) => part !== undefined).join(', '));
      },
    },
    {
      id: `stub:${name}`,
      title: `${name}: stub`,
      needs: [id, 'endpoint'],
      run: async (facts) => judgeStub(name, facts.get(`deployed:${name}`), expectedBroker(facts, setup)),
    },
    {
      id: `role:${name}`,
      title: `${name}: role`,
      needs: [id],
      run: (facts, signal) => checkRole(name, facts, signal),
    },
    {
      id: `lane:${name}`,
      title: `${name}: lane ${lane}`,
      needs: [id, 'retained'],
      run: (facts, signal) =>
        checkLane(unqualifiedArn(facts.get(`deployed:${name}`).arn), lane, facts, signal),
    },
  ];
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

async function checkLane(arn: string, lane: string, facts: Facts, signal: AbortSignal): Promise<Finding> {
  const read = (topic: string) => facts.get('retained')(topic, signal);
  const bytes = await read(presenceTopic(arn, lane));
  const holder = bytes === undefined ? undefined : decodePresence(bytes);
  if (bytes !== undefined && holder === undefined) {
    return warn(
      'the presence message cannot be read: another version of llx?',
      'Use the same version everywhere.',
    );
  }
  if (holder === undefined || holder.sessionId === null) return ok('held by nobody: the deployed code runs');
  const stateBytes = await read(sessionTopic(holder.sessionId));
  const state = stateBytes === undefined ? undefined : decodeSessionState(stateBytes);
  const who = `session ${holder.sessionId} since ${holder.since}`;
  if (state?.state !== 'online') return ok(`left by ${who}, which is offline: the deployed code runs`);
  return warn(`held by ${who}`, 'llx dev --lane NAME for a lane of your own, or --takeover');
}
