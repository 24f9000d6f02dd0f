import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LlxError } from '../../../errors/llx-error.ts';
import { awsTarget } from '../../aws-target.ts';
import { type LambdaCalls, openLambda } from '../lambda-calls.ts';
import { type FunctionPackage, packageFunction } from '../package/package-function.ts';
import { openTestPlatform, type TestPlatform } from '../platform.test-support.ts';
import { carryOutDeployment, planDeployment } from './deploy-function.ts';
import { readAlias } from './deployed-function.ts';

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

async function deploy(functionName: string, calls: LambdaCalls, { environment = {}, share }: Asked = {}) {
  const settings = { environment, removedVariables: [], firstUrl: 'public' } as const;
  const asked = { functionName, alias: 'live', settings, ...(share === undefined ? {} : { share }) };
  const plan = await planDeployment(calls, asked, code);
  return await carryOutDeployment(calls, asked, code, plan, () => undefined);
}

type Asked = { readonly environment?: Readonly<Record<string, string>>; readonly share?: number };

/** Something else is done once, before the first operation of that name. */
function interleaved(operation: string, other: () => Promise<unknown>): LambdaCalls {
  let isDone = false;
  const before = async (name: string): Promise<void> => {
    if (isDone || name !== operation) return;
    isDone = true;
    await other();
  };
  return {
    ...lambda,
    async call(...of) {
      await before(of[0]);
      return await lambda.call(...of);
    },
    async find(...of) {
      await before(of[0]);
      return await lambda.find(...of);
    },
  };
}

const env = (version: string) => ({ environment: { VERSION: version } });

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
    const ended = await deploy(name, killedAt(number)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (ended === undefined) break;
    expect(ended).toBe(KILLED);
    await deploy(name, lambda);
    answers.push(await answerOf(name));
  }
  expect(answers.length).toBeGreaterThan(5);
  expect(new Set(answers)).toEqual(new Set(['greeting']));
});

describe('of two deployments of one function at once', () => {
  test('the one that published the later version stays live, and the other one says so', async () => {
    await deploy('slow', lambda, env('1'));
    const faster = () => deploy('slow', lambda, env('3'));
    // The slow one has published version 2; its alias comes next.
    let waited: Promise<unknown> | undefined;
    const settings = { ...env('2'), removedVariables: [], firstUrl: undefined };
    const asked = { functionName: 'slow', alias: 'live', settings };
    const plan = await planDeployment(lambda, asked, code);
    const calls = interleaved('GetAlias', () => (waited = faster()));
    await expect(carryOutDeployment(calls, asked, code, plan, () => undefined)).rejects.toMatchObject({
      code: 'LLX_FUNCTION_CHANGED',
      message: expect.stringContaining(
        'another deployment went live meanwhile: live leads to version 3, this one published version 2.',
      ),
    });
    expect(await waited).toMatchObject({ version: '3' });
    expect(await readAlias(lambda, 'slow', 'live')).toMatchObject({ version: '3' });
  });

  test('the one that moved the alias in between is seen by its revision', async () => {
    await deploy('between', lambda, env('1'));
    const calls = interleaved('UpdateAlias', () => deploy('between', lambda, env('3')));
    await expect(deploy('between', calls, env('2'))).rejects.toMatchObject({ code: 'LLX_FUNCTION_CHANGED' });
    expect(await readAlias(lambda, 'between', 'live')).toMatchObject({ version: '3' });
  });

  test('the later one goes live over an earlier one that was not there when it began', async () => {
    await deploy('later', lambda, env('1'));
    // Versions 2 and 3: the earlier one moves the alias before the later one does.
    const calls = interleaved('UpdateFunctionConfiguration', () => deploy('later', lambda, env('2')));
    expect(await deploy('later', calls, env('3'))).toMatchObject({ version: '3', was: { version: '2' } });
  });

  test('both of a new function succeed, and the second changes what the first has made', async () => {
    const calls = interleaved('CreateFunction', () => deploy('twice', lambda, env('1')));
    expect(await deploy('twice', calls, env('2'))).toMatchObject({ version: '2', was: { version: '1' } });
    const url = interleaved('CreateFunctionUrlConfig', () => deploy('urls', lambda));
    expect(await deploy('urls', url)).toMatchObject({ version: '1', access: 'public' });
    const alias = interleaved('CreateAlias', () => deploy('aliases', lambda));
    expect(await deploy('aliases', alias)).toMatchObject({ version: '1', alias: { version: '1' } });
  });

  test('code that was replaced before its version was published is told', async () => {
    const other = { ...code, ...(await packageFunction(await otherFolder(), {})) };
    const settings = { environment: {}, removedVariables: [], firstUrl: undefined } as const;
    const asked = { functionName: 'replaced', alias: 'live', settings };
    const calls = interleaved('PublishVersion', async () => {
      const plan = await planDeployment(lambda, asked, other);
      await carryOutDeployment(lambda, asked, other, plan, () => undefined);
    });
    await expect(deploy('replaced', calls)).rejects.toMatchObject({
      code: 'LLX_FUNCTION_CHANGED',
      message: expect.stringContaining('another deployment has uploaded other code'),
    });
  });
});

test('of names that differ in case only, the one that has no host is called at its URL', async () => {
  expect((await deploy('Mixed', lambda)).address).toMatch(/^http:\/\/mixed\.localhost:/);
  await deploy('mixed', lambda);
  expect((await deploy('Mixed', lambda)).address).toMatch(/\.lambda-url\.us-east-1\.localhost:/);
  const scoped: LambdaCalls = {
    ...lambda,
    call: (operation, ...of) =>
      operation === 'ListFunctions'
        ? Promise.reject(new LlxError('LLX_AWS_DENIED', { message: '', mend: '' }))
        : lambda.call(operation, ...of),
  };
  expect((await deploy('Mixed', scoped)).address).toMatch(/\.lambda-url\./);
  expect((await deploy('mixed', scoped)).address).toMatch(/^http:\/\/mixed\.localhost:/);
});

function otherFolder(): Promise<string> {
  return platform.folder('other', { 'index.mjs': "export const handler = async () => 'other';\n" });
}
