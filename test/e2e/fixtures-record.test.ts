import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bin, type LlxProcess, startLlx } from '../support/llx-process.ts';

let directory: string;
let llx: LlxProcess;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-record-one-'));
  await writeFile(join(directory, 'echo.mjs'), 'export const handler = async (event) => event;');
  const config = {
    functions: { echo: { handler: 'echo.handler' } },
    record: { maximumBytes: 600 },
  };
  await writeFile(join(directory, 'llx.config.json'), JSON.stringify(config));
  llx = await startLlx(['dev', '--offline', '--port', '0', '--mqtt-port', '0', '--ephemeral'], {
    cwd: directory,
  });
}, 60_000);

afterAll(async () => {
  await llx.stop();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

type Ended = { readonly code: unknown; readonly stdout: string; readonly stderr: string };

function record(...flags: readonly string[]): Promise<Ended> {
  const args = [bin, 'fixtures', 'record', 'echo', '--endpoint', llx.ready.endpoint, ...flags];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: directory }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

const files = (): Promise<readonly string[]> =>
  readdir(join(directory, 'fixtures/events/echo')).then((names) => names.sort());

test('one event is one fixture, another gets a free name, and none is larger than the project says', async () => {
  await writeFile(join(directory, 'order.json'), '{"id":1}');
  expect(await record('--data', '@order.json')).toMatchObject({ code: 0 });
  expect(await record('--data', '{"id":1}')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('id.json'),
    stderr: expect.stringContaining('already'),
  });
  expect(await record('--data', '{"id":2}')).toMatchObject({ code: 0 });
  expect(await files()).toEqual(['id-2.json', 'id.json']);

  const large = JSON.stringify({ id: 'x'.repeat(600) });
  for (const flags of [[], ['--name', 'echo/large']]) {
    expect(await record('--data', large, ...flags)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('record.maximumBytes'),
    });
  }
  expect(await record('--data', '{"id":3}', '--name', 'echo/id')).toMatchObject({ code: 2 });
  expect(await files()).toEqual(['id-2.json', 'id.json']);
}, 60_000);
