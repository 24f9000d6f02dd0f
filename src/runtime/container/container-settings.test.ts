import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LoadRequest } from '../runtime-process.ts';
import { functionSpec } from '../worker.test-support.ts';
import { containerEnvironment } from './container-environment.ts';
import { containerExit } from './container-exit.ts';
import { hasOwnRuntime, imageOf } from './container-image.ts';
import { type ContainerFacts, containerSettings } from './container-settings.ts';

const spec = functionSpec({ root: '/state/code/abc', handler: 'index.handler', memoryMb: 3_538 });

function request(environment: Record<string, string> = {}, own = spec): LoadRequest {
  return {
    spec: own,
    code: { file: '/state/code/abc/index.mjs', exportPath: 'handler', opt: '/state/layers/1' },
    command: { environment, workingDirectory: own.root, file: '', exportPath: '' },
  };
}

const FACTS: ContainerFacts = {
  image: 'node:24-slim',
  hasOwnRuntime: false,
  environment: { STAGE: 'dev' },
  network: 'bridge',
  runtimeDirectory: '/llx/dist',
  labels: { 'dev.llx.owner': '1 a' },
  limits: { cpus: 0.5 },
};

test.each([
  ['nodejs24.x', {}, 'public.ecr.aws/lambda/nodejs:24'],
  ['python3.13', {}, 'public.ecr.aws/lambda/python:3.13'],
  ['provided.al2023', {}, 'public.ecr.aws/lambda/provided:al2023'],
  ['java21', {}, undefined],
  ['nodejs24.x', { default: 'all' }, 'all'],
  ['nodejs24.x', { default: 'all', nodejs: 'family' }, 'family'],
  ['nodejs24.x', { nodejs: 'family', 'nodejs24.x': 'one' }, 'one'],
])('a function of %s with images %j runs in %s', (runtime, images, image) => {
  expect(imageOf({ runtime }, images)).toBe(image);
});

test('an image of AWS is known by its entry point', () => {
  expect(hasOwnRuntime(['/lambda-entrypoint.sh'])).toBe(true);
  expect([undefined, null, 'docker-entrypoint.sh', ['node']].map(hasOwnRuntime)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test('a container can do no more than its function needs', () => {
  const { User, Env, Entrypoint, HostConfig, Labels, WorkingDir } = containerSettings(request(), FACTS);
  expect({ Env, Entrypoint, Labels, WorkingDir }).toEqual({
    Env: ['STAGE=dev'],
    Entrypoint: [
      'node',
      '--max-semi-space-size=176',
      '--max-old-space-size=3184',
      '/var/llx/container-bootstrap.mjs',
      '/var/task/index.mjs',
      'handler',
    ],
    Labels: { 'dev.llx.owner': '1 a' },
    WorkingDir: '/var/task',
  });
  expect(User).toBe(process.getuid === undefined ? undefined : `${process.getuid()}:${process.getgid?.()}`);
  expect(HostConfig).toEqual({
    NetworkMode: 'bridge',
    Mounts: [
      { Type: 'bind', Source: '/state/code/abc', Target: '/var/task', ReadOnly: true },
      { Type: 'bind', Source: '/state/layers/1', Target: '/opt', ReadOnly: true },
      { Type: 'bind', Source: '/llx/dist', Target: '/var/llx', ReadOnly: true },
    ],
    Tmpfs: { '/tmp': 'rw,nosuid,nodev,exec,size=512m,mode=1777' },
    ReadonlyRootfs: true,
    Privileged: false,
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges'],
    Memory: 3_538 * 1024 * 1024,
    MemorySwap: 3_538 * 1024 * 1024,
    NanoCpus: 500_000_000,
    PidsLimit: 1_024,
    Init: true,
    LogConfig: { Type: 'none', Config: {} },
    RestartPolicy: { Name: 'no' },
  });
});

test('an image with a runtime of its own is given the handler alone', () => {
  const settings = containerSettings(request(), { ...FACTS, hasOwnRuntime: true });
  expect([settings.Cmd, settings.Entrypoint]).toEqual([['index.handler'], undefined]);
  expect(settings.HostConfig?.Mounts?.map(({ Target }) => Target)).toEqual(['/var/task', '/opt']);
});

test('what llx keeps in a project is hidden from the project’s functions', () => {
  const root = mkdtempSync(join(tmpdir(), 'llx-container-'));
  try {
    mkdirSync(join(root, '.llx', 'emulator'), { recursive: true });
    const { HostConfig } = containerSettings(request({}, { ...spec, root }), FACTS);
    expect(Object.keys(HostConfig?.Tmpfs ?? {})).toEqual(['/tmp', '/var/task/.llx/emulator']);
    expect(HostConfig?.Mounts).toHaveLength(3);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a state and a master key that are elsewhere in a project are hidden, too, and what is outside is not looked for', () => {
  const root = mkdtempSync(join(tmpdir(), 'llx-container-'));
  try {
    mkdirSync(join(root, 'server', 'data'), { recursive: true });
    writeFileSync(join(root, 'master.key'), 'secret');
    const places = ['server/data', 'master.key', 'not-there', '.', '..'];
    const hidden = places.map((place) => join(root, place));
    const { HostConfig } = containerSettings(request({}, { ...spec, root }), { ...FACTS, hidden });
    expect(Object.keys(HostConfig?.Tmpfs ?? {})).toEqual(['/tmp', '/var/task/server/data']);
    expect(HostConfig?.Mounts?.slice(3)).toEqual([
      { Type: 'bind', Source: '/dev/null', Target: '/var/task/master.key', ReadOnly: true },
    ]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('a handler finds the places of Lambda, and llx at the address by which it is reached', () => {
  const environment = {
    STAGE: '/state/code/abc',
    LAMBDA_TASK_ROOT: '/state/code/abc',
    NODE_PATH: '/state/layers/1/nodejs/node_modules:/state/code/abc',
    LD_LIBRARY_PATH: '/state/code/abc:/state/code/abc/lib',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
    AWS_ENDPOINT_URL_SQS: 'https://sqs.example.org/a/',
    HOME: '/home/alice',
    TMPDIR: '/tmp/alice',
  };
  expect(
    containerEnvironment(request(environment), { host: '172.17.0.1', runtimeApi: '172.17.0.1:9001' }),
  ).toEqual({
    STAGE: '/state/code/abc',
    LAMBDA_TASK_ROOT: '/var/task',
    NODE_PATH: '/opt/nodejs/node_modules:/var/task',
    LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/opt/bin',
    AWS_ENDPOINT_URL: 'http://172.17.0.1:4566',
    AWS_ENDPOINT_URL_SQS: 'https://sqs.example.org/a/',
    HOME: '/tmp',
    AWS_LAMBDA_RUNTIME_API: '172.17.0.1:9001',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
  });
});

test.each([
  [0, false, { code: 0, signal: null }],
  [7, false, { code: 7, signal: null }],
  [137, false, { code: null, signal: 'SIGKILL' }],
  [139, false, { code: null, signal: 'SIGSEGV' }],
  [137, true, { code: null, signal: 'SIGKILL', container: 'out-of-memory' }],
])(
  'a container that ended with %d (out of memory: %s) has ended as a process would',
  (code, outOfMemory, status) => {
    expect(containerExit(code, outOfMemory)).toEqual(status);
  },
);
