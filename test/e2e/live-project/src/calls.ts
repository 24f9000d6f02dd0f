import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** What the credentials of this function are, and what they may do. */
export const handler = async () => ({
  identity: (await new STSClient({}).send(new GetCallerIdentityCommand({}))).Arn,
  who: await invoke('who'),
  echo: await invoke('echo'),
  keyInEnvironment: process.env.AWS_ACCESS_KEY_ID !== undefined,
  profile: process.env.AWS_PROFILE ?? null,
});

async function invoke(name: string): Promise<string> {
  try {
    const answer = await new LambdaClient({}).send(new InvokeCommand({ FunctionName: name, Payload: '{}' }));
    return new TextDecoder().decode(answer.Payload);
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
