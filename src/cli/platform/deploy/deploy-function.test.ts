import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsTarget } from '../../aws-target.ts';
import { type LambdaCalls, openLambda } from '../lambda-calls.ts';
import { type FunctionPackage, packageFunction } from '../package/package-function.ts';
import { openTestPlatform, type TestPlatform } from '../platform.test-support.ts';
import { carryOutDeployment, planDeployment } from './deploy-function.ts';

let platform: TestPlatform;
let lambda: LambdaCalls;
let code: FunctionPackage;
beforeAll(async () => {
  platform = await openTestPlatform();
  const target = await awsTarget({ endpoint: platform.endpoint });
  lambda = openLambda(target, new AbortController().signal);
  const files = { 'index.mjs': "export const handler = async () => 'greeting';\n" };
  code = await packageFunction(await platform.folder('greet', files), {});
});
afterAll(async () => {
  lambda.close();
  await platform.close();
});

const KILLED = new Error('killed');

/** As `kill -9` before the operation that has this number. */
function killedAt(number: number): LambdaCalls {
  let left = number;
  const next = (): void => {
    if (left-- === 0) throw KILLED;
  };
  return {
    ...lambda,
    async call(...of) {
      next();
      return await lambda.call(...of);
    },
    async find(...of) {
      next();
      return await lambda.find(...of);
    },
  };
}

async function deploy(functionName: string, calls: LambdaCalls): Promise<void> {
  const settings = { environment: {}, removedVariables: [], firstUrl: 'public' } as const;
  const asked = { functionName, alias: 'live', settings };
  const plan = await planDeployment(calls, asked, code);
  await carryOutDeployment(calls, asked, code, plan, () => undefined);
}

/** Node.js leaves names below localhost to a resolver, which need not know them. */
function answerOf(functionName: string): Promise<string> {
  const { port } = new URL(platform.endpoint);
  return new Promise((resolve, reject) => {
    const headers = { host: `${functionName}.localhost:${port}` };
    request(platform.endpoint, { headers }, (response) => text(response).then(resolve, reject))
      .once('error', reject)
      .end();
  });
}

test('a deployment that was killed, at whichever operation, is finished by the next one', async () => {
  const answers: string[] = [];
  for (let number = 0; ; number += 1) {
    const name = `killed-${number}`;
    const ended = await deploy(name, killedAt(number)).catch((error: unknown) => error);
    if (ended === undefined) break;
    expect(ended).toBe(KILLED);
    await deploy(name, lambda);
    answers.push(await answerOf(name));
  }
  expect(answers.length).toBeGreaterThan(5);
  expect(new Set(answers)).toEqual(new Set(['greeting']));
});
