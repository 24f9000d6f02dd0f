import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Command } from 'commander';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEVELOPMENT_KEY } from '../signature/development-key.ts';
import { addTargetOptions, awsTarget } from './aws-target.ts';

const NO_FILES = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
let emulator: Server;
let endpoint: string;

beforeAll(async () => {
  emulator = createServer((_request, response) => {
    const facts = { account: '000000000000', region: 'eu-west-1', access: 'open', functions: [] };
    response.end(JSON.stringify({ endpoint: 'http://behind-a-proxy', mqtt: 'mqtt://127.0.0.1:1', ...facts }));
  }).listen(0, '127.0.0.1');
  await once(emulator, 'listening');
  endpoint = `http://127.0.0.1:${(emulator.address() as AddressInfo).port}`;
});
afterAll(() => {
  emulator.closeAllConnections();
  emulator.close();
});

test('an emulator is asked for its region and account, and opened with the development key', async () => {
  const target = await awsTarget({ endpoint }, { env: {} });
  expect({ ...target, credentials: await target.credentials(), described: target.describe() }).toMatchObject({
    endpoint,
    region: 'eu-west-1',
    account: '000000000000',
    credentials: DEVELOPMENT_KEY,
    clientSettings: { endpoint, region: 'eu-west-1' },
    described: endpoint,
  });
});

test('AWS_ENDPOINT_URL says where it is, a flag wins over it', async () => {
  const env = { AWS_ENDPOINT_URL: endpoint };
  expect((await awsTarget({}, { env })).endpoint).toBe(endpoint);
  const elsewhere = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  expect((await awsTarget({ endpoint }, { env: elsewhere })).endpoint).toBe(endpoint);
  await expect(awsTarget({}, { env: { AWS_ENDPOINT_URL: 'not a url' } })).rejects.toMatchObject({
    code: 'LLX_USAGE',
    mend: 'unset AWS_ENDPOINT_URL',
  });
});

test('where no emulator runs, the error says what to start, and AWS is not asked instead', async () => {
  await expect(awsTarget({ endpoint: 'http://127.0.0.1:1' }, { env: {} })).rejects.toMatchObject({
    code: 'LLX_UNREACHABLE',
    mend: expect.stringContaining('llx emulator'),
  });
});

test('AWS is a target only with --aws, in the region that every AWS tool would take', async () => {
  const target = await awsTarget({ aws: true }, { env: { ...NO_FILES, AWS_REGION: 'eu-central-1' } });
  expect([target.endpoint, target.account, target.region]).toEqual([undefined, undefined, 'eu-central-1']);
  expect(target.clientSettings).not.toHaveProperty('endpoint');
  expect(target.describe()).toBe('AWS (eu-central-1)');
  await expect(awsTarget({ aws: true }, { env: NO_FILES })).rejects.toMatchObject({
    code: 'LLX_REGION_MISSING',
  });
});

test('--aws and --endpoint contradict each other', async () => {
  const command = addTargetOptions(new Command('list'))
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  const both = ['--aws', '--endpoint', 'http://127.0.0.1:4566'];
  await expect(command.parseAsync(both, { from: 'user' })).rejects.toThrow('cannot be used with');
  await expect(
    addTargetOptions(new Command('list')).parseAsync(['--endpoint', 'http://127.0.0.1:4566/'], {
      from: 'user',
    }),
  ).resolves.toSatisfy((parsed: Command) => parsed.opts().endpoint === 'http://127.0.0.1:4566');
});
