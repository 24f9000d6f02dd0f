import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterAll, describe, expect, it } from 'vitest';
import { HANDLERS } from '../worker.test-support.ts';
import { RuntimeApi } from './runtime-api.ts';

const ID = '6f1c0d5e-8a53-4b1e-9f57-0d1f6a2b3c4d';
const installed = spawnSync('python3', ['-c', 'import awslambdaric']).status === 0;
const name = installed
  ? 'the Python runtime client of AWS'
  : 'the Python runtime client of AWS (skipped: `python3 -m pip install awslambdaric` is not done here)';

const children: ChildProcess[] = [];
const apis: RuntimeApi[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const api of apis) api.close();
});

describe.skipIf(!installed)(name, () => {
  async function invoke(handler: string, event: unknown): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const api = new RuntimeApi({
      onReady: () =>
        api.offer({
          requestId: ID,
          invocationId: 'attempt-1',
          deadlineMs: Date.now() + 10_000,
          invokedFunctionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:orders',
          event: Buffer.from(JSON.stringify(event)),
        }),
      onInitError: (errorType) => resolve({ initError: errorType }),
      onResponse: (payload) => resolve(JSON.parse(String(payload))),
      onOversize: () => resolve('oversize'),
      onError: (errorType, payload) => resolve({ errorType, error: JSON.parse(String(payload)) }),
      onStream: () => resolve('stream'),
      onChunk: async () => {},
      onStreamEnd: () => {},
    });
    apis.push(api);
    const child = spawn('python3', ['-m', 'awslambdaric', handler], {
      cwd: HANDLERS,
      stdio: 'ignore',
      env: {
        ...process.env,
        PYTHONDONTWRITEBYTECODE: '1',
        AWS_LAMBDA_RUNTIME_API: await api.listen(),
        LAMBDA_TASK_ROOT: HANDLERS,
      },
    });
    children.push(child);
    child.once('exit', (code) => resolve({ exitCode: code }));
    return promise;
  }

  it('gets its invocation and answers it', async () => {
    expect(await invoke('python_handler.echo', { a: 'ü' })).toEqual({ event: { a: 'ü' }, requestId: ID });
  });

  it('tells an exception', async () => {
    expect(await invoke('python_handler.fails', { message: 'x' })).toEqual({
      errorType: 'Exception',
      error: {
        errorMessage: 'Failed: x',
        errorType: 'Exception',
        requestId: ID,
        stackTrace: [expect.stringContaining('python_handler.py')],
      },
    });
  });

  it('tells a module that does not load', async () => {
    expect(await invoke('absent.handler', {})).toEqual({ initError: 'Runtime.ImportModuleError' });
  });
});
