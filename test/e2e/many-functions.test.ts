import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { lambdaClient, startLlx } from '../support/llx-process.ts';

test('an app of 60 functions is served whole: more than one connection may subscribe', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'llx-many-'));
  const names = Array.from({ length: 60 }, (_, n) => `function-${n}`);
  const functions = Object.fromEntries(
    names.map((name) => [name, { handler: 'src/name.handler', deployed: 'src/name.deployed' }]),
  );
  await mkdir(join(directory, 'src'));
  await writeFile(join(directory, 'llx.config.json'), JSON.stringify({ functions }));
  await writeFile(
    join(directory, 'src', 'name.ts'),
    `export const handler = async (_event: unknown, { functionName }: { functionName: string }) => functionName;
export const deployed = async () => 'deployed';
`,
  );
  const llx = await startLlx(['dev', '--offline', '--port', '0', '--mqtt-port', '0', '--verbose'], {
    cwd: directory,
  });
  const client = lambdaClient(llx.ready.endpoint);
  for (const name of ['function-0', 'function-24', 'function-25', 'function-59']) {
    const answer = await client.send(new InvokeCommand({ FunctionName: name }));
    expect(JSON.parse(new TextDecoder().decode(answer.Payload))).toBe(name);
  }
  expect(llx.lines.filter(({ type }) => type === 'dropped')).toEqual([]);
  client.destroy();
  await llx.stop();
  await rm(directory, { recursive: true });
});
