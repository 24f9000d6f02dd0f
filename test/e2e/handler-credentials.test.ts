import { InvokeCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { developerClient, startLive, startOffline } from '../support/dev-session.ts';
import { liveProjectDirectory } from '../support/llx-process.ts';
import { copyProject } from '../support/project-copy.ts';

const ALICE = { AWS_ACCESS_KEY_ID: 'AKIAALICE00000000000', AWS_SECRET_ACCESS_KEY: 'the-secret-of-alice' };
const role = 'arn:aws:sts::000000000000:assumed-role/calls-role';
const echo = 'arn:aws:lambda:us-east-1:000000000000:function:echo';

test.each([
  { way: 'dev --offline', start: startOffline, identity: `${role}/calls` },
  { way: 'dev --endpoint', start: startLive, identity: `${role}/llx-default@calls` },
])(
  'a handler in llx $way is its function’s role, and may do what that says: no more, no less',
  async ({ start, identity }) => {
    const project = await copyProject(liveProjectDirectory);
    const { endpoint, stop } = await start({ cwd: project.directory, env: ALICE });
    const client = developerClient(endpoint, ALICE);
    try {
      const call = async (): Promise<unknown> => {
        const { Payload } = await client.send(new InvokeCommand({ FunctionName: 'calls' }));
        return JSON.parse(new TextDecoder().decode(Payload));
      };
      // A stub that has not reached the broker yet, as on a busy machine, runs what is deployed: with keys in the environment.
      await expect.poll(call, { timeout: 30_000 }).toEqual({
        identity,
        who: '"local"',
        echo: `AccessDeniedException: User: ${identity} is not authorized to perform: lambda:InvokeFunction on resource: ${echo} because no identity-based policy allows the lambda:InvokeFunction action`,
        keyInEnvironment: false,
        profile: null,
      });
    } finally {
      client.destroy();
      await stop();
      await project.remove();
    }
  },
  60_000,
);
