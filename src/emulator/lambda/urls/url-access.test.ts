import { request } from 'node:http';
import { CreateFunctionUrlConfigCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../../../signature/development-key.ts';
import { signRequest } from '../../../signature/sign-request.ts';
import { echo, LambdaWorld, SCOPE } from '../invocations/invocations.test-support.ts';

test('a request that is signed counts for its key, not for those behind the same address', async () => {
  await using open = new AsyncDisposableStack();
  const world = open.adopt(await LambdaWorld.open(undefined, { requestsPerSecond: 2 }), (one) => one.close());
  world.deploy('orders', echo);
  const settings = { endpoint: world.endpoint, region: SCOPE.region, credentials: DEVELOPMENT_KEY };
  const client = open.adopt(new LambdaClient(settings), (one) => one.destroy());
  const create = new CreateFunctionUrlConfigCommand({ FunctionName: 'orders', AuthType: 'AWS_IAM' });
  const { FunctionUrl: url = '' } = await client.send(create);
  const { host, port } = new URL(url);
  const asked = { method: 'GET', url, headers: { host }, service: 'lambda', region: SCOPE.region };
  const ask = (headers: Readonly<Record<string, string>>): Promise<number | undefined> => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    request({ host: '127.0.0.1', port, headers }, (answer) => resolve(answer.resume().statusCode))
      .once('error', reject)
      .end();
    return promise;
  };
  const signed = { ...signRequest({ ...asked, credentials: DEVELOPMENT_KEY }), host };
  // Four at once are what one caller may: one of the key's was the making of the URL.
  for (let n = 0; n < 3; n += 1) expect(await ask(signed)).toBe(200);
  // The address has all of its own.
  for (let n = 0; n < 4; n += 1) expect(await ask({ host })).toBe(403);
});
