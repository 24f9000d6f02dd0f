import { expect, test } from 'vitest';
import type { StackPlace } from '../../manifest/manifest.ts';
import type { ConfiguredFunction } from '../configuration.ts';
import { locateFunctions } from './locate-functions.ts';

function appFunction(id: string, stack: Partial<StackPlace> = {}, physicalName?: string): ConfiguredFunction {
  return {
    name: `Shop-${id}`,
    arn: 'arn:offline',
    handler: `src/${id}.ts.handler`,
    runtime: 'nodejs24.x',
    timeoutMs: 3000,
    memoryMb: 128,
    environment: {},
    root: '/app',
    code: 'source',
    deployment: {
      path: `Shop/${id}`,
      logicalId: id,
      stack: { name: 'Shop', path: 'Shop', artifact: 'Shop', ...stack },
      ...(physicalName === undefined ? {} : { physicalName }),
    },
  };
}

async function locate(functions: readonly ConfiguredFunction[]) {
  const missing: string[] = [];
  const found = await locateFunctions(functions, {
    region: 'eu-west-1',
    account: '123456789012',
    stacks: {
      of: async (stackName, nested) =>
        new Map([['Orders', [stackName, ...nested, 'Orders', 'x7'].join('-')]]),
    },
    onMissing: (text) => missing.push(text),
  });
  return { found: found.map(({ name, arn }) => ({ name, arn })), missing };
}

const named = (name: string) => ({ name, arn: `arn:aws:lambda:eu-west-1:123456789012:function:${name}` });

test('a function of an app has the name that CloudFormation gave it, also in a nested stack', async () => {
  const functions = [appFunction('Orders'), appFunction('Orders', { nested: ['Inner'] })];
  expect(await locate(functions)).toEqual({
    found: [named('Shop-Orders-x7'), named('Shop-Inner-Orders-x7')],
    missing: [],
  });
});

test('a name that the app gives needs no question, nor does a function of no app', async () => {
  const { deployment: _, ...own } = appFunction('Own');
  expect(await locate([appFunction('Bill', {}, 'billing'), own])).toEqual({
    found: [named('billing'), named('Shop-Own')],
    missing: [],
  });
});

test('what is not deployed, or deployed elsewhere, is told with what to do', async () => {
  const functions = [
    appFunction('Orders'),
    appFunction('New'),
    appFunction('Far', { region: 'us-east-1' }),
    appFunction('Other', { account: '999999999999' }),
  ];
  expect(await locate(functions)).toEqual({
    found: [named('Shop-Orders-x7')],
    missing: [
      'Shop/Far is deployed to us-east-1: llx dev --region us-east-1.',
      'Shop/Other is deployed to the account 999999999999.',
      'Shop/New is not deployed there: npx cdk deploy Shop -c llx=true',
    ],
  });
});

test('those with the same reason are told together', async () => {
  const far = ['A', 'B', 'C', 'D', 'E'].map((id) => appFunction(id, { region: 'us-east-1' }));
  const absent = [appFunction('New'), appFunction('Newer')];
  expect((await locate([appFunction('Orders'), ...far, ...absent])).missing).toEqual([
    'Shop/A, Shop/B, Shop/C and 2 more are deployed to us-east-1: llx dev --region us-east-1.',
    'Shop/New, Shop/Newer are not deployed there: npx cdk deploy Shop -c llx=true',
  ]);
});

test('an app of which nothing is deployed is an error', async () => {
  await expect(locate([appFunction('New')])).rejects.toMatchObject({
    code: 'LLX_FUNCTION_UNKNOWN',
    mend: 'Shop/New is not deployed there: npx cdk deploy Shop -c llx=true',
  });
});
