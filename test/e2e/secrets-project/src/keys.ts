import { appendFile } from 'node:fs/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const sts = new STSClient({});

type Event = {
  /** Where a handler writes down what is secret in its credentials: the test must know what to look for. */
  readonly file: string;
};

export const uses = async ({ file }: Event) => {
  await secrets(file);
  return (await sts.send(new GetCallerIdentityCommand({}))).Arn;
};

/** What careless code does with its keys. */
export const prints = async ({ file }: Event) => {
  const keys = await secrets(file);
  console.error('the keys are', keys);
  process.stdout.write(`${keys.join(' ')}\n`);
  console.log(process.env);
};

/** An error of the SDK, with all that it carries. */
export const refused = async () =>
  await new LambdaClient({}).send(new InvokeCommand({ FunctionName: 'uses' }));

async function secrets(file: string): Promise<readonly string[]> {
  const { secretAccessKey, sessionToken } = await sts.config.credentials();
  const token = process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const keys = [secretAccessKey, sessionToken, token].filter((key) => key !== undefined);
  await appendFile(file, `${keys.join('\n')}\n`);
  return keys;
}
