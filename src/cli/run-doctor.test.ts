import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { KEYS, startWorld, type World } from './doctor/doctor.test-support.ts';
import { type DoctorFlags, runDoctor } from './run-doctor.ts';

let world: World;

beforeEach(async () => {
  world = await startWorld({});
  // Nothing of whoever runs the test.
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(world.directory, 'no-config'));
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(world.directory, 'no-credentials'));
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_ACCESS_KEY_ID', KEYS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', KEYS.secretAccessKey);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await world.close();
});

async function run(
  flags: Partial<DoctorFlags> = {},
): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const stdout = {
    write(more: string) {
      text += more;
    },
  };
  const code = await runDoctor(
    { endpoint: world.emulator.endpoint, probe: false, ...flags },
    { stdout, env: process.env, cwd: () => world.directory },
  );
  return { code, text };
}

test('ends with 0 when nothing failed, a line for each check and one for all', async () => {
  const { code, text } = await run();
  expect(code).toBe(0);
  expect(text.split('\n').filter((line) => !line.startsWith('✓ ok'))).toEqual(['', '22 ok', '']);
  expect(text).toContain('✓ ok    Credentials  environment (AWS_ACCESS_KEY_ID)\n');
});

test('ends with 2 without credentials; with --json every line is an object', async () => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', undefined);
  const { code, text } = await run({ json: true });
  const lines: readonly Readonly<Record<string, unknown>>[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(code).toBe(2);
  expect(lines.find(({ id }) => id === 'credentials')).toMatchObject({
    type: 'finding',
    status: 'fail',
    code: 'LLX_CREDENTIALS_MISSING',
  });
  expect(lines.at(-1)).toEqual({ type: 'summary', ok: 5, warn: 0, fail: 1, skipped: 16, exitCode: 2 });
});

test('ends with 3 when what it needs cannot be reached', async () => {
  await world.emulator.close();
  expect(await run()).toMatchObject({ code: 3, text: expect.stringContaining('LLX_UNREACHABLE') });
});

test('with --broker, asks that broker in place of IoT Core, and shows nothing of its password', async () => {
  const { host } = new URL(world.emulator.mqtt);
  const { text } = await run({ broker: `mqtt://me:the-password@${host}` });
  expect(text).toContain(`✓ ok    Broker  mqtt://${host}\n`);
  expect(text).toMatch(/✓ ok {4}Round trip through the broker {2}\d+\.\d ms/);
  expect(text).toContain('✓ ok    TLS  no TLS: mqtt:// is plain text\n');
  expect(text).not.toContain('the-password');
});
