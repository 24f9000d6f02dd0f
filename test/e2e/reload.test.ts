import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LlxProcess, lambdaClient, projectDirectory, startLlx } from '../support/llx-process.ts';

let directory: string;
let llx: LlxProcess;
let client: LambdaClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-reload-'));
  await cp(projectDirectory, directory, { recursive: true, filter: (file) => !file.includes('.llx') });
  llx = await startLlx(['dev', '--offline', '--port', '0', '--mqtt-port', '0'], { cwd: directory });
  client = lambdaClient(llx.ready.endpoint);
});

afterAll(async () => {
  client.destroy();
  await llx.stop();
  await rm(directory, { recursive: true, force: true });
});

async function invoke(name: string): Promise<unknown> {
  const answer = await client.send(new InvokeCommand({ FunctionName: name }));
  return JSON.parse(new TextDecoder().decode(answer.Payload));
}

test('a syntax error answers the caller with file, line and column, and the next good save heals it', async () => {
  expect(await invoke('broken')).toBe('whole');
  const broken = llx.next(
    (line) => line.type === 'build' && line.phase === 'failed' && line.function === 'broken',
  );
  await writeFile(
    join(directory, 'src', 'broken.ts'),
    'export const handler = async () => {\n  return 1 +;\n};\n',
  );
  await broken;
  expect(await invoke('broken')).toEqual({
    errorType: 'Llx.BuildError',
    errorMessage: 'src/broken.ts:2:13: Unexpected ";"',
    trace: [],
  });
  const reloaded = llx.next(
    (line) => line.type === 'build' && line.phase === 'reloaded' && line.function === 'broken',
  );
  await writeFile(join(directory, 'src', 'broken.ts'), 'export const handler = async () => "mended";\n');
  await reloaded;
  expect(await invoke('broken')).toBe('mended');
});
