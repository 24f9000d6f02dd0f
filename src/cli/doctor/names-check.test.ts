import { expect, test } from 'vitest';
import type { ConfiguredFunction } from '../configuration.ts';
import { Facts } from './facts.ts';
import { functionChecks } from './function-checks.ts';
import { namesCheck } from './names-check.ts';
import type { DoctorSetup } from './setup.ts';

const scope = { region: 'eu-west-1', account: '123456789012' };
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' });
const signal = new AbortController().signal;

/** A function of the app, as it is called offline, or in the account. */
const named = (path: string, name: string): ConfiguredFunction => ({
  name,
  arn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}`,
  handler: 'index.handler',
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root: '/app',
  code: 'source',
  deployment: { path, logicalId: 'Fn', stack: { name: 'Shop', path: 'Shop', artifact: 'Shop' } },
});

function known(): Facts {
  const facts = new Facts();
  facts.learn('region', scope.region);
  facts.learn('identity', { account: scope.account, arn: 'arn', userId: 'id' });
  facts.learn('credentials', credentials);
  return facts;
}

test('the functions of a CDK app are looked for under the names that the deployment gave them', async () => {
  const facts = known();
  const asked: string[] = [];
  const locate = async () => [named('Shop/Orders', 'Shop-Orders-9XYZ')];
  facts.learn('aws', {
    functionConfiguration: async (name: string) => {
      asked.push(name);
      return { arn: name, roleArn: '', timeoutSeconds: 3, memoryMb: 128, environment: {}, layers: [] };
    },
  } as never);
  expect(await namesCheck(1, locate).run(facts, signal)).toMatchObject({ status: 'ok' });
  const [deployed] = functionChecks(named('Shop/Orders', 'Shop-Orders'), {
    locate,
  } as unknown as DoctorSetup);
  expect(deployed).toMatchObject({ title: 'Shop-Orders: deployed', needs: ['names'] });
  await deployed?.run(facts, signal);
  expect(asked).toEqual(['Shop-Orders-9XYZ']);
});

test('one that is not deployed is told with the command that deploys its stack', async () => {
  const facts = known();
  const locate = async () => [];
  expect(await namesCheck(1, locate).run(facts, signal)).toMatchObject({ status: 'warn' });
  const [deployed] = functionChecks(named('Shop/Orders', 'Shop-Orders'), {
    locate,
  } as unknown as DoctorSetup);
  expect(await deployed?.run(facts, signal)).toMatchObject({
    status: 'fail',
    code: 'LLX_FUNCTION_UNKNOWN',
    mend: 'npx cdk deploy Shop -c llx=true',
  });
});
