import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

let directory: string;
let script: string;

/** An `npx` that prints what it was given, a line each. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-action-'));
  await writeFile(join(directory, 'npx'), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  await chmod(join(directory, 'npx'), 0o755);
  const action = await readFile(new URL('../../action.yml', import.meta.url), 'utf8');
  script = action.slice(action.lastIndexOf('run: |') + 'run: |'.length).replaceAll(/^ {8}/gm, '');
});

afterAll(() => rm(directory, { recursive: true, force: true }));

/** As the runner starts a step with `shell: bash`. */
async function argumentsWith(inputs: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const env = { PATH: `${directory}:${process.env.PATH}`, PATTERNS: '', JUNIT: '', ARGUMENTS: '', ...inputs };
  const flags = ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script];
  const { stdout } = await promisify(execFile)('bash', flags, { env });
  return stdout.split('\n').slice(0, -1);
}

test('the action runs all fixtures of the project with its own llx', async () => {
  expect(await argumentsWith({})).toEqual(['--no-install', 'llx', 'smoke']);
});

test('its inputs become arguments, and no commands', async () => {
  const inputs = {
    PATTERNS: 'orders/* $(touch broken) hello',
    JUNIT: 'a report.xml',
    ARGUMENTS: '--retries 1; exit 7',
  };
  expect(await argumentsWith(inputs)).toEqual([
    '--no-install',
    'llx',
    'smoke',
    'orders/*',
    '$(touch',
    'broken)',
    'hello',
    '--retries',
    '1;',
    'exit',
    '7',
    '--out',
    'junit=a report.xml',
  ]);
});

test('inputs of several lines are read to their end', async () => {
  const inputs = { PATTERNS: 'orders\nhello/*\n', ARGUMENTS: '--bail\n--retries 1\n' };
  expect((await argumentsWith(inputs)).slice(3)).toEqual(['orders', 'hello/*', '--bail', '--retries', '1']);
});
