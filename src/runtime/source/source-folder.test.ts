import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pythonVersion } from '../python.test-support.ts';
import { TestRuntime } from '../test-support/test-runtime.ts';
import { sourceFiles } from './source-files.ts';

let runtime: TestRuntime;
beforeEach(() => {
  runtime = new TestRuntime();
});
afterEach(() => runtime.close());

describe.skipIf(pythonVersion === undefined)(
  `Python on disk${pythonVersion === undefined ? ' (skipped: python3 is not installed)' : ''}`,
  () => {
    const settings = {
      runtime: `python${pythonVersion}`,
      code: 'source',
      handler: 'src/app.handler',
    } as const;
    const returns = (text: string) =>
      `from src import part\ndef handler(event, context):\n    return ${text}\n`;

    beforeEach(() => {
      runtime.project.write('src/part.py', 'NAME = "one"\n');
      runtime.project.write('src/app.py', returns('["first", part.NAME]'));
    });

    it('is run, and told as built', async () => {
      expect(await runtime.answer(runtime.spec(settings))).toEqual(['first', 'one']);
      expect(await runtime.next('built')).toEqual({
        type: 'built',
        functionName: 'orders',
        durationMs: expect.any(Number),
        inputs: 2,
      });
    });

    it('is new after a save of the module or of one that it imports', async () => {
      const spec = runtime.spec(settings);
      expect(await runtime.answer(spec)).toEqual(['first', 'one']);
      await runtime.next('built');
      runtime.project.saveByRename('src/app.py', returns('["again", part.NAME]'));
      expect(await runtime.next('changed')).toMatchObject({ file: runtime.project.path('src/app.py') });
      expect(await runtime.answer(spec)).toEqual(['again', 'one']);
      runtime.project.write('src/part.py', 'NAME = "two"\n');
      await runtime.next('changed');
      expect(await runtime.answer(spec)).toEqual(['again', 'two']);
    });

    it('lets an invocation end with the code that it began with', async () => {
      const spec = runtime.spec(settings);
      const slow =
        'import sys\ndef handler(event, context):\n    print("began")\n    import time\n    time.sleep(event)\n    return VERSION\n';
      runtime.project.write('src/app.py', `VERSION = 1\n${slow}`);
      await runtime.answer(spec, 0);
      await runtime.next('built');
      const { promise: began, resolve } = Promise.withResolvers<void>();
      const running = runtime.invoke(spec, 1, { onLog: () => resolve() });
      await began;
      runtime.project.write('src/app.py', `VERSION = 2\n${slow}`);
      await runtime.next('changed');
      expect(await runtime.answer(spec, 0)).toBe(2);
      expect(Buffer.from((await running).payload).toString()).toBe('1');
    });

    it('that is not there is told, and found when it is', async () => {
      const spec = runtime.spec({ ...settings, handler: 'src/later.handler' });
      expect(await runtime.answer(spec)).toMatchObject({
        errorType: 'Llx.BuildError',
        errorMessage: expect.stringContaining(`found none of ${runtime.project.path('src/later.py')}`),
      });
      runtime.project.write('src/later/__init__.py', 'def handler(event, context):\n    return "here"\n');
      expect(await runtime.answer(spec)).toBe('here');
    });
  },
);

describe('a program on disk', () => {
  const bootstrap = (text: string) => `#!/usr/bin/env node
const api = \`http://\${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation\`;
const run = async () => {
  const next = await fetch(\`\${api}/next\`);
  await next.arrayBuffer();
  const id = next.headers.get('lambda-runtime-aws-request-id');
  await fetch(\`\${api}/\${id}/response\`, { method: 'POST', body: JSON.stringify(['${text}', process.env._HANDLER]) });
  return run();
};
void run();
`;

  function write(path: string, text: string): void {
    runtime.project.write(path, bootstrap(text));
    chmodSync(runtime.project.path(path), 0o755);
  }

  it('beside its handler is run, and again when anything there changes', async () => {
    const spec = runtime.spec({ runtime: 'provided.al2023', code: 'source', handler: 'bin/hello.handler' });
    write('bootstrap', 'of the root');
    write('bin/bootstrap', 'one');
    expect(await runtime.answer(spec)).toEqual(['one', 'bin/hello.handler']);
    await runtime.next('built');
    write('bin/bootstrap', 'two');
    await runtime.next('changed');
    expect(await runtime.answer(spec)).toEqual(['two', 'bin/hello.handler']);
  });

  it('of the root is run where there is none beside it', async () => {
    const spec = runtime.spec({ runtime: 'provided.al2023', code: 'source', handler: 'bin/hello.handler' });
    write('bootstrap', 'of the root');
    expect(await runtime.answer(spec)).toEqual(['of the root', 'bin/hello.handler']);
  });
});

describe('the files of a folder', () => {
  it('are those of its language, without what was installed or made', async () => {
    const { project } = runtime;
    const own = ['app.py', 'deep/er/part.py'];
    const others = [
      'notes.txt',
      '.venv/lib/a.py',
      'env/lib/b.py',
      'node_modules/c.py',
      'deep/__pycache__/d.py',
      '.git/e.py',
      '.llx/f.py',
    ];
    for (const path of [...own, ...others, 'env/pyvenv.cfg']) project.write(path, '');
    const entry = { file: project.path('app.py'), folder: project.root, extension: '.py' };
    expect([...(await sourceFiles(entry))].toSorted()).toEqual(own.map((path) => project.path(path)));
  });

  it('are not more than can be watched', async () => {
    for (const name of ['a', 'b', 'c', 'd']) runtime.project.write(`${name}.py`, '');
    const entry = { file: runtime.project.path('d.py'), folder: runtime.project.root };
    expect((await sourceFiles(entry, 3)).size).toBe(3);
  });
});
