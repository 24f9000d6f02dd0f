import { randomBytes } from 'node:crypto';
import { devNull } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { LlxError } from '../../errors/llx-error.ts';
import { describeHolder, encodePresence, encodeSessionState } from '../../protocol/presence.ts';
import { presenceTopic, sessionTopic } from '../../protocol/topics.ts';
import { connectMqtt } from '../../transport/mqtt/mqtt-transport.ts';
import type { CheckedFinding } from './check.ts';
import { DEVELOPER, deny, HELLO_ARN, KEYS, startWorld, type World } from './doctor.test-support.ts';
import { openSetup, type SetupFlags } from './open-setup.ts';

const IOT = 'arn:aws:iot:us-east-1:000000000000';
const PLAIN = { clientId: () => 'other', keepAliveSeconds: 30, connectTimeoutMs: 5_000 };
const worlds: World[] = [];

async function open(options: Parameters<typeof startWorld>[0] = {}): Promise<World> {
  const world = await startWorld(options);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((world) => world.close()));
});

function statuses(findings: readonly CheckedFinding[]): Readonly<Record<string, string>> {
  return Object.fromEntries(findings.map(({ id, status }) => [id, status]));
}

function finding(findings: readonly CheckedFinding[], id: string): CheckedFinding | undefined {
  return findings.find((one) => one.id === id);
}

const ALL_WELL = {
  node: 'ok',
  configuration: 'ok',
  emulator: 'ok',
  region: 'ok',
  credentials: 'ok',
  clock: 'ok',
  identity: 'ok',
  endpoint: 'ok',
  dns: 'ok',
  tls: 'ok',
  connect: 'ok',
  subscribe: 'ok',
  publish: 'ok',
  retain: 'ok',
  echo: 'ok',
  'least-privilege': 'ok',
  retained: 'ok',
  topics: 'ok',
  'function:hello': 'ok',
  'stub:hello': 'ok',
  'role:hello': 'ok',
  lanes: 'ok',
};

describe('the doctor, at an emulator', () => {
  test('finds everything in order under the policy of docs/live.md', async () => {
    const world = await open();
    const findings = await world.examine();
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(statuses(findings)).toEqual(ALL_WELL);
    expect(finding(findings, 'identity')?.detail).toBe('arn:aws:iam::000000000000:user/developer');
    expect(finding(findings, 'endpoint')?.detail).toBe(new URL(world.emulator.wss ?? '').host);
    expect(finding(findings, 'echo')?.detail).toMatch(/^\d+\.\d ms \(median of 5\)$/);
    expect(finding(findings, 'lanes')?.detail).toBe('held by nobody: the deployed code runs');
    expect(finding(findings, 'tls')?.detail).toMatch(
      /^TLSv1\.3, certificate of localhost \(llx\), signed by llx local CA /,
    );
  });

  test('leaves no retained message behind', async () => {
    const world = await open();
    const kept = new Set<string>();
    const plain = await connectMqtt({ ...PLAIN, url: world.emulator.mqtt });
    await plain.subscribe(['llx/v1/sessions/+']);
    plain.onMessage(({ topic }) => kept.add(topic));
    await world.examine({ probe: true });
    await plain.close();
    expect([...kept]).toContainEqual(expect.stringMatching(/-retained$/));
    expect(await Promise.all([...kept].map((topic) => world.emulator.broker.retained(topic)))).toEqual(
      [...kept].map(() => undefined),
    );
  });

  test('names the authority of a certificate that is not trusted', async () => {
    const world = await open();
    const { ca: _, ...state } = world.emulator;
    const found = finding(await world.examine({ setup: { emulator: async () => state } }), 'tls');
    expect(found).toMatchObject({ status: 'fail', code: 'LLX_UNREACHABLE' });
    expect(found?.detail).toMatch(
      /^Expected a trusted certificate of localhost, found a certificate of localhost \(llx\), signed by llx local CA .*: the certificate is signed by an authority unknown here\.$/,
    );
    expect(found?.mend).toContain('NODE_EXTRA_CA_CERTS');
  });

  test('without credentials, says so and skips what needs them', async () => {
    const world = await open();
    const findings = await world.examine({
      setup: {
        credentials: async () => {
          throw new LlxError('LLX_CREDENTIALS_MISSING', { message: 'none', mend: 'aws sso login' });
        },
      },
    });
    expect(finding(findings, 'credentials')).toMatchObject({
      status: 'fail',
      code: 'LLX_CREDENTIALS_MISSING',
      mend: 'aws sso login',
    });
    expect(statuses(findings)).toMatchObject({
      clock: 'ok',
      identity: 'skipped',
      endpoint: 'skipped',
      lanes: 'skipped',
    });
  });

  test('tells a wrong secret, and does not show it', async () => {
    const world = await open();
    const wrong = { ...KEYS, secretAccessKey: 'another-secret-altogether' };
    const findings = await world.examine({
      setup: { credentials: async () => ({ provider: async () => wrong, source: 'the test' }) },
    });
    expect(finding(findings, 'identity')).toMatchObject({
      status: 'fail',
      code: 'LLX_CREDENTIALS_REFUSED',
      detail:
        'Expected the emulator to accept the credentials for sts:GetCallerIdentity, found SignatureDoesNotMatch.',
    });
    expect(JSON.stringify(findings)).not.toContain('another-secret');
  });

  test('tells a clock that is 20 minutes ahead', async () => {
    const world = await open();
    const findings = await world.examine({ now: () => Date.now() + 20 * 60_000 });
    expect(finding(findings, 'clock')).toMatchObject({
      status: 'fail',
      detail: 'expected at most 5 min from AWS’s clock, found 20 min ahead of AWS: signatures are refused',
    });
    expect(statuses(findings)).toMatchObject({ connect: 'skipped' });
  });

  test('an emulator that is not there is not reached', async () => {
    const world = await open();
    await world.emulator.close();
    const findings = await world.examine();
    expect(finding(findings, 'emulator')).toMatchObject({ status: 'fail', code: 'LLX_UNREACHABLE' });
    expect(new Set(findings.slice(3).map(({ status }) => status))).toEqual(new Set(['skipped']));
  });

  test.each([
    ['iot:DescribeEndpoint', '*', 'endpoint', '*'],
    ['iot:Connect', '*', 'connect', `${IOT}:client/llx-session-*`],
    [
      'iot:Subscribe',
      `${IOT}:topicfilter/llx/v1/sessions/*`,
      'subscribe',
      `${IOT}:topicfilter/llx/v1/sessions/*`,
    ],
    ['iot:Publish', `${IOT}:topic/llx/v1/sessions/*`, 'publish', `${IOT}:topic/llx/v1/sessions/*`],
    ['iot:RetainPublish', '*', 'retain', `${IOT}:topic/llx/v1/sessions/*`],
    ['iot:Receive', '*', 'echo', `${IOT}:topic/llx/v1/sessions/*`],
  ])('%s denied on %s: gives the statement that is missing', async (action, denied, id, resource) => {
    const world = await open({ statements: [...DEVELOPER, deny(action, denied)] });
    const findings = await world.examine();
    expect(finding(findings, id)).toMatchObject({
      status: 'fail',
      code: 'LLX_AWS_DENIED',
      detail: `Expected to be allowed ${action} on ${resource}, found that no policy allows it.`,
      mend: `Add this statement to a policy of yours:\n{"Effect":"Allow","Action":"${action}","Resource":"${resource}"}`,
    });
  });

  test('names each right that is missing on the topics of the functions', async () => {
    const topics = `llx/v1/${HELLO_ARN}`;
    const world = await open({
      statements: [
        ...DEVELOPER,
        deny('iot:Subscribe', `${IOT}:topicfilter/${topics}/in/*`),
        deny('iot:Publish', `${IOT}:topic/${topics}/out/*`),
      ],
    });
    expect(finding(await world.examine(), 'topics')).toMatchObject({
      status: 'fail',
      code: 'LLX_AWS_DENIED',
      detail: [
        'expected to be allowed, found refused:',
        `iot:Subscribe on topicfilter/${topics}/in/*`,
        `iot:Publish on topic/${topics}/out/*`,
      ].join('\n'),
    });
  });

  test('warns of rights to everything', async () => {
    const world = await open({ statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }] });
    const findings = await world.examine();
    expect(statuses(findings)).toEqual({ ...ALL_WELL, 'least-privilege': 'warn' });
  });

  test('tells who holds the lane: a session that holds many of it is told once', async () => {
    const world = await open({ deployed: ['hello', 'orders', 'bills'] });
    const transport = await connectMqtt({ ...PLAIN, url: world.emulator.mqtt });
    const keep = { qos: 1, retain: true } as const;
    const since = new Date(2026, 10, 21, 9, 0, 0);
    const hold = async (sessionId: string, functions: readonly string[], name?: string): Promise<void> => {
      const holder = describeHolder({
        sessionId,
        publicKey: randomBytes(32),
        since,
        ...(name === undefined ? {} : { name }),
      });
      for (const one of functions) {
        const arn = HELLO_ARN.replace('hello', one);
        await transport.publish(presenceTopic(arn, 'default'), encodePresence(holder), keep);
      }
    };
    const say = (sessionId: string, state: 'online' | 'offline'): Promise<void> =>
      transport.publish(sessionTopic(sessionId), encodeSessionState({ state, connection: 1 }), keep);
    await hold('of-bob', ['hello', 'orders'], 'bob@laptop');
    await say('of-bob', 'online');
    await hold('of-anna', ['bills']);
    await say('of-anna', 'offline');
    expect(finding(await world.examine(), 'lanes')).toMatchObject({
      status: 'warn',
      detail: [
        'hello, orders: held by bob@laptop (session of-bob) since 2026-11-21 09:00:00',
        'bills: left by session of-anna since 2026-11-21 09:00:00, which is offline: the deployed code runs',
      ].join('\n'),
      mend: 'llx dev --lane NAME for a lane of your own, or --takeover',
    });
    await say('of-bob', 'offline');
    expect(finding(await world.examine(), 'lanes')).toMatchObject({ status: 'ok' });
    await transport.publish(presenceTopic(HELLO_ARN, 'default'), Buffer.from('{}'), keep);
    expect(finding(await world.examine(), 'lanes')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('hello: the presence message cannot be read'),
      mend: 'Use the same version of llx everywhere.',
    });
    await transport.close();
  });

  test('an emulator without users needs no keys of the developer, and no least privilege', async () => {
    const world = await open({ users: false });
    const findings = await world.examine({ ownCredentials: true });
    expect(statuses(findings)).toEqual(ALL_WELL);
    expect(finding(findings, 'credentials')?.detail).toBe('the development key: the emulator knows no users');
    expect(finding(findings, 'least-privilege')?.detail).toBe(
      'the emulator knows no users: whoever reaches it may do everything',
    );
  });

  test('over a broker of one’s own, the stubs of an emulator are not reached', async () => {
    const world = await open({ users: false });
    const { endpoint, mqtt } = world.emulator;
    const other = await open({ users: false });
    const findings = await world.examine({ broker: other.emulator.mqtt, ownCredentials: true });
    expect(finding(findings, 'stub:hello')).toMatchObject({
      status: 'fail',
      code: 'LLX_CONFIG_INVALID',
      detail: `expected its stub at ${other.emulator.mqtt}, found that the emulator’s stubs go to its own broker, ${mqtt}: stub and session would not meet`,
      mend: `Leave the broker out: llx dev --endpoint ${endpoint}\nOr the emulator: llx dev --broker ${other.emulator.mqtt}`,
    });
    expect(finding(await world.examine({ broker: mqtt, ownCredentials: true }), 'stub:hello')).toMatchObject({
      status: 'ok',
    });
  });

  test('tells a function that is not deployed', async () => {
    const world = await open({ deployed: ['other'] });
    const findings = await world.examine();
    expect(finding(findings, 'function:hello')).toMatchObject({
      status: 'fail',
      code: 'LLX_FUNCTION_UNKNOWN',
    });
    expect(statuses(findings)).toMatchObject({
      'stub:hello': 'skipped',
      'role:hello': 'skipped',
      lanes: 'ok',
    });
  });

  test('tells functions without a stub', async () => {
    const world = await open({ stubs: false });
    expect(finding(await world.examine(), 'stub:hello')).toMatchObject({
      status: 'fail',
      code: 'LLX_CONFIG_INVALID',
    });
  });

  test('tells a role that does not trust the developer, with the statement for it', async () => {
    const world = await open({
      trust: {
        Version: '2012-10-17',
        Statement: {
          Effect: 'Allow',
          Principal: { Service: 'lambda.amazonaws.com' },
          Action: 'sts:AssumeRole',
        },
      },
    });
    const found = finding(await world.examine(), 'role:hello');
    expect(found).toMatchObject({ status: 'fail', code: 'LLX_AWS_DENIED' });
    expect(found?.mend).toContain(
      '{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::000000000000:user/developer"}}',
    );
  });

  test('with --probe, what llx assumes of AWS is so of its emulator', async () => {
    const world = await open();
    const findings = await world.examine({ probe: true });
    const probes = findings.filter(({ id }) => id.startsWith('probe:'));
    expect(probes.map(({ id, status, detail }) => [id, status, detail])).toEqual([
      ['probe:colons', 'ok', 'expected: a message on a topic with an ARN is delivered; found: delivered'],
      ['probe:expires', 'ok', expect.stringContaining('604800 s accepted')],
      ['probe:foreign-client', 'ok', expect.stringContaining('CONNACK 5')],
      ['probe:oversize', 'ok', 'expected: the connection ends; found: the connection ended'],
      ['probe:nobody', 'ok', 'expected: GetRetainedMessage answers 404; found: 404'],
      ['probe:retained-lag', 'ok', expect.stringMatching(/^expected: within 1000 ms; found: \d+ ms$/)],
    ]);
  });
});

test('over a broker of one’s own the region has the default of llx dev; at AWS it has to be named', async () => {
  const world = await open();
  const env = { AWS_CONFIG_FILE: devNull, AWS_SHARED_CREDENTIALS_FILE: devNull };
  const surroundings = { env, directory: world.directory };
  const regionWith = async (flags: SetupFlags): Promise<string> =>
    await (await openSetup(flags, surroundings)).region();
  expect(await regionWith({ broker: 'mqtt://127.0.0.1:1' })).toBe('us-east-1');
  await expect(regionWith({})).rejects.toMatchObject({ code: 'LLX_REGION_MISSING' });
});
