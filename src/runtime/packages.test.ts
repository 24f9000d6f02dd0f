import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FunctionSpec } from './invocation.ts';
import { TestRuntime } from './test-support/test-runtime.ts';

let runtime: TestRuntime;
beforeEach(() => {
  runtime = new TestRuntime();
});
afterEach(() => runtime.close());

function spec(settings: Partial<FunctionSpec> = {}): FunctionSpec {
  return runtime.spec({ code: 'package', handler: 'index.handler', ...settings });
}

describe('a package', () => {
  it('of a runtime that llx does not run is answered so', async () => {
    for (const runtimeName of ['java21', 'dotnet8', 'ruby3.4', 'go1.x']) {
      expect(await runtime.answer(spec({ runtime: runtimeName }))).toEqual({
        errorType: 'Llx.RuntimeUnsupported',
        errorMessage: `Runtime ${runtimeName} is not run by llx: expected nodejs*.x, python3.* or provided.*`,
      });
    }
    expect(runtime.workers).toEqual([]);
  });

  it('whose interpreter is missing is answered so, until it is there', async () => {
    await runtime.close();
    runtime = new TestRuntime(
      {},
      { developerEnvironment: { PATH: process.env.PATH, LLX_PYTHON: '/absent/python3' } },
    );
    const python = spec({ runtime: 'python3.13' });
    for (const _ of [1, 2]) {
      expect(await runtime.answer(python)).toEqual({
        errorType: 'Llx.RuntimeMissing',
        errorMessage: expect.stringContaining(
          'expected an interpreter for python3.13, found none by the name /absent/python3',
        ),
      });
    }
  });

  it('without a program is answered in Lambda’s words, with the request', async () => {
    const { errorMessage, errorType } = (await runtime.answer(
      spec({ runtime: 'provided.al2023' }),
    )) as Record<string, string>;
    expect(errorType).toBe('Runtime.InvalidEntrypoint');
    expect(errorMessage).toMatch(
      /^RequestId: [0-9a-f-]{36} Error: Couldn't find valid bootstrap\(s\): \[.+\/bootstrap\]$/,
    );
  });

  it('that cannot be run is answered in Lambda’s words, with the request', async () => {
    runtime.project.write('bootstrap', 'no program');
    chmodSync(runtime.project.path('bootstrap'), 0o755);
    expect(await runtime.answer(spec({ runtime: 'provided.al2023' }))).toEqual({
      errorType: 'Runtime.InvalidEntrypoint',
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: fork\/exec .+\/bootstrap: exec format error$/,
      ),
    });
  });

  it('has its version in its environment', async () => {
    runtime.project.write(
      'index.mjs',
      'export const handler = async () => process.env.AWS_LAMBDA_FUNCTION_VERSION;',
    );
    expect(await runtime.answer(spec())).toBe('$LATEST');
    expect(await runtime.answer(spec({ version: '3' }))).toBe('3');
    expect(await runtime.answer(spec())).toBe('$LATEST');
    expect(runtime.workers.filter(({ alive, pid }) => alive && pid > 0).length).toBeGreaterThanOrEqual(2);
  });

  it('that is forgotten ends its idle workers, and a busy one after its invocation', async () => {
    runtime.project.write(
      'index.mjs',
      `export const handler = async ({ ms }) => {
        console.log('began');
        await new Promise((resolve) => setTimeout(resolve, ms));
        return process.pid;
      };`,
    );
    const idle = spec({ version: '1' });
    const idlePid = await runtime.answer(idle, { ms: 0 });
    const { promise: began, resolve } = Promise.withResolvers<void>();
    const running = runtime.invoke(spec(), { ms: 300 }, { onLog: () => resolve() });
    await began;
    runtime.forget(`${idle.arn}-other`);
    expect(await runtime.answer(idle, { ms: 0 })).toBe(idlePid);
    runtime.forget(idle.arn);
    const result = await running;
    const busyPid = Number(Buffer.from(result.payload).toString());
    await Promise.all(
      runtime.workers.filter(({ pid }) => pid === idlePid || pid === busyPid).map(({ exited }) => exited),
    );
    expect(result.status).toBe('succeeded');
    expect(await runtime.answer(idle, { ms: 0 })).not.toBe(idlePid);
  });
});
