import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FunctionSpec } from '../invocation.ts';
import { pythonVersion } from '../python.test-support.ts';
import { TestRuntime } from '../test-support/test-runtime.ts';

let runtime: TestRuntime;
beforeEach(() => {
  runtime = new TestRuntime();
});
afterEach(() => runtime.close());

/** A package `index.mjs`, with the layers `one` and `two` over each other. */
function spec(settings: Partial<FunctionSpec> = {}): FunctionSpec {
  const layers = [runtime.project.path('one'), runtime.project.path('two')];
  runtime.project.write('one/made', '');
  runtime.project.write('two/made', '');
  return runtime.spec({
    root: runtime.project.path('code'),
    code: 'package',
    layers,
    handler: 'index.handler',
    ...settings,
  });
}

function program(path: string, text: string): void {
  runtime.project.write(path, text);
  chmodSync(runtime.project.path(path), 0o755);
}

describe('a function of Node.js', () => {
  it('requires what its layers have, of its own version first, and of its task root last', async () => {
    const { project } = runtime;
    project.write('one/nodejs/node_modules/shared/index.js', 'module.exports = "one";');
    project.write('two/nodejs/node_modules/shared/index.js', 'module.exports = "two";');
    project.write('one/nodejs/node24/node_modules/ours/index.js', 'module.exports = "for 24";');
    project.write('one/nodejs/node_modules/ours/index.js', 'module.exports = "for all";');
    project.write('code/own.js', 'module.exports = "own";');
    project.write(
      'code/index.js',
      'exports.handler = async () => ["shared", "ours", "own"].map((name) => require(name));',
    );
    expect(await runtime.answer(spec())).toEqual(['two', 'for 24', 'own']);
  });

  it('imports none of it from an ES module, as in Lambda', async () => {
    runtime.project.write('one/nodejs/node_modules/shared/index.js', 'module.exports = "one";');
    runtime.project.write(
      'code/index.mjs',
      'export const handler = async () => import("shared").then(String, ({ code }) => code);',
    );
    expect(await runtime.answer(spec())).toBe('ERR_MODULE_NOT_FOUND');
  });

  it('may have its handler in a layer', async () => {
    const { project } = runtime;
    project.write('one/llx/index.mjs', 'export { handler } from "./wrapped.mjs";');
    project.write(
      'two/llx/wrapped.mjs',
      'export const handler = async () => [process.env._HANDLER, process.cwd() === process.env.LAMBDA_TASK_ROOT];',
    );
    project.write('code/index.mjs', '');
    const handler = '/opt/llx/index.handler';
    expect(await runtime.answer(spec({ handler }))).toEqual([handler, true]);
  });

  it('runs programs of its layers', async () => {
    program('two/bin/greet', '#!/bin/sh\necho hello from a layer\n');
    runtime.project.write(
      'code/index.js',
      'exports.handler = async () => require("node:child_process").execSync("greet").toString();',
    );
    expect(await runtime.answer(spec())).toBe('hello from a layer\n');
  });

  it('takes NODE_OPTIONS that name a file of a layer', async () => {
    runtime.project.write('one/tracing.cjs', 'globalThis.traced = "by a layer";');
    runtime.project.write('code/index.mjs', 'export const handler = async () => globalThis.traced;');
    const environment = { NODE_OPTIONS: '--no-warnings --require /opt/tracing.cjs' };
    expect(await runtime.answer(spec({ environment }))).toBe('by a layer');
  });

  it('is started by its wrapper', async () => {
    program('one/wrap', '#!/bin/sh\nexport WRAPPED=yes\necho wrapping >&2\nexec "$@"\n');
    const names = "['WRAPPED', 'STAGE', '_HANDLER']";
    runtime.project.write(
      'code/index.mjs',
      `export const handler = async () => ${names}.map((name) => process.env[name]);`,
    );
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap', STAGE: 'dev' };
    const lines: string[] = [];
    const result = await runtime.invoke(spec({ environment }), {}, { onLog: ({ text }) => lines.push(text) });
    const answer: unknown = JSON.parse(Buffer.from(result.payload).toString());
    expect({ answer, lines }).toEqual({ answer: ['yes', 'dev', 'index.handler'], lines: ['wrapping'] });
  });

  it('is started by a wrapper of its own package', async () => {
    program('code/wrap', '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n');
    runtime.project.write('code/index.mjs', 'export const handler = async () => process.env.WRAPPED;');
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrap' };
    expect(await runtime.answer(spec({ environment }))).toBe('yes');
  });

  it.each([
    ['/opt/absent', undefined, '/opt/absent: does not exist', 127],
    ['/opt/wrap', 0o644, '/opt/wrap: is not an executable', 126],
  ])('fails where its wrapper %s cannot be run', async (wrapper, mode, line, status) => {
    if (mode !== undefined) runtime.project.write('one/wrap', '#!/bin/sh\n');
    runtime.project.write('code/index.mjs', 'export const handler = async () => 1;');
    const lines: string[] = [];
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: wrapper };
    const result = await runtime.invoke(spec({ environment }), {}, { onLog: ({ text }) => lines.push(text) });
    expect(JSON.parse(Buffer.from(result.payload).toString())).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringMatching(`Error: Runtime exited with error: exit status ${status}$`),
    });
    expect(lines).toEqual([line]);
  });

  it('runs from source without the wrapper of a layer, which is only in AWS', async () => {
    const { project } = runtime;
    project.write('src/index.ts', 'export const handler = async (): Promise<string> => "here";');
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/tracing' };
    const settings = { code: 'source', handler: 'src/index.handler', environment } as const;
    expect(await runtime.answer(runtime.spec(settings))).toBe('here');
  });

  it('fails where a layer is missing', async () => {
    runtime.project.write('code/index.mjs', 'export const handler = async () => 1;');
    const layers = [runtime.project.path('absent'), runtime.project.path('gone')];
    expect(await runtime.answer(spec({ layers }))).toMatchObject({ errorType: 'Runtime.ImportModuleError' });
  });
});

describe.skipIf(pythonVersion === undefined)(
  `a function of Python${pythonVersion === undefined ? ' (skipped: python3 is not installed)' : ''}`,
  () => {
    const runtimeName = `python${pythonVersion}`;

    it('imports what its layers have, of its own version first, after what it has itself', async () => {
      const { project } = runtime;
      project.write('one/python/shared.py', 'NAME = "one"');
      project.write('two/python/shared.py', 'NAME = "two"');
      project.write(`one/python/lib/${runtimeName}/site-packages/ours.py`, 'NAME = "for this"');
      project.write('one/python/ours.py', 'NAME = "for all"');
      project.write('one/python/own.py', 'NAME = "of a layer"');
      project.write('code/own.py', 'NAME = "own"');
      project.write(
        'code/index.py',
        'import shared, ours, own\ndef handler(event, context):\n    return [shared.NAME, ours.NAME, own.NAME]\n',
      );
      expect(await runtime.answer(spec({ runtime: runtimeName }))).toEqual(['two', 'for this', 'own']);
    });

    it('is started by its wrapper', async () => {
      program('one/wrap', '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n');
      runtime.project.write(
        'code/index.py',
        'import os\ndef handler(event, context):\n    return os.environ["WRAPPED"]\n',
      );
      const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' };
      expect(await runtime.answer(spec({ runtime: runtimeName, environment }))).toBe('yes');
    });
  },
);

describe('a function with its own runtime', () => {
  it('has none of its wrapper, and libraries of its layers', async () => {
    program(
      'two/bootstrap',
      `#!/usr/bin/env node
const api = \`http://\${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation\`;
for (;;) {
  const next = await fetch(\`\${api}/next\`);
  await next.arrayBuffer();
  const id = next.headers.get('lambda-runtime-aws-request-id');
  const body = JSON.stringify(process.env.LD_LIBRARY_PATH.split(':').map((path) => path.split('/').at(-1)));
  await fetch(\`\${api}/\${id}/response\`, { method: 'POST', body });
}
`,
    );
    runtime.project.write('two/package.json', '{ "type": "module" }');
    runtime.project.write('code/data.json', '{}');
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/absent' };
    const settings = { runtime: 'provided.al2023', environment };
    expect(await runtime.answer(spec(settings))).toEqual(['code', 'lib', 'lib']);
  });
});
