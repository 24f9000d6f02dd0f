import { appendFile } from 'node:fs/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const sts = new STSClient({});

/** Uses its credentials, and writes down what is secret in them: the test must know what to look for. */
export const uses = async ({ file }: { readonly file: string }) => {
  const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
  await appendFile(file, `${(await secrets()).join('\n')}\n`);
  return Arn;
};

/** What careless code does with its keys. */
export const prints = async () => {
  console.log(process.env);
  console.error('keys', await secrets());
  process.stdout.write(`${(await secrets()).join(' ')}\n`);
  return 'printed';
};

/** An error of the SDK, with all that it carries. */
export const refused = async () =>
  await new LambdaClient({}).send(new InvokeCommand({ FunctionName: 'uses' }));

async function secrets(): Promise<readonly string[]> {
  const { secretAccessKey, sessionToken } = await sts.config.credentials();
  const token = process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  return [secretAccessKey, sessionToken ?? '', token ?? ''].filter((secret) => secret !== '');
}
