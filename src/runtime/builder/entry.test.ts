import { afterEach, describe, expect, test } from 'vitest';
import { LlxError } from '../../errors/llx-error.ts';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { resolveEntry } from './entry.ts';

let project: TemporaryProject;
afterEach(() => project.remove());

function resolve(handler: string, files: readonly string[], code: 'source' | 'package' = 'source') {
  project = new TemporaryProject(Object.fromEntries(files.map((file) => [file, ''])));
  const { file, exportPath } = resolveEntry({ name: 'hello', handler, root: project.root, code });
  return [file.replace(`${project.root}/`, ''), exportPath];
}

function failure(handler: string, code: 'source' | 'package' = 'source'): LlxError {
  project = new TemporaryProject();
  try {
    resolveEntry({ name: 'hello', handler, root: project.root, code });
  } catch (error) {
    if (error instanceof LlxError) return error;
  }
  throw new Error('expected an LlxError');
}

describe('source', () => {
  test.each(['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs', 'jsx'])('finds a .%s file', (extension) => {
    expect(resolve('src/hello.handler', [`src/hello.${extension}`])).toEqual([
      `src/hello.${extension}`,
      'handler',
    ]);
  });

  test('prefers TypeScript to what was compiled from it', () => {
    expect(resolve('src/hello.handler', ['src/hello.js', 'src/hello.ts'])).toEqual([
      'src/hello.ts',
      'handler',
    ]);
  });

  test('an extension may be given', () => {
    expect(resolve('src/hello.js.handler', ['src/hello.js', 'src/hello.ts'])).toEqual([
      'src/hello.js',
      'handler',
    ]);
  });

  test('the file’s name ends at its first dot, the rest is a nested export', () => {
    expect(resolve('src/a.b.handler', ['src/a.ts', 'src/a.b.ts'])).toEqual(['src/a.ts', 'b.handler']);
  });

  test('a file whose name has dots is found where no shorter one exists', () => {
    expect(resolve('src/my.orders.handler', ['src/my.orders.ts'])).toEqual(['src/my.orders.ts', 'handler']);
  });

  test('dots in folders and a path outside of the root are no matter', () => {
    expect(resolve('.build/v1.2/hello.handler', ['.build/v1.2/hello.ts'])).toEqual([
      '.build/v1.2/hello.ts',
      'handler',
    ]);
    project.write('shared/hello.ts', '');
    expect(
      resolveEntry({
        name: 'x',
        handler: '../shared/hello.handler',
        root: project.path('app'),
        code: 'source',
      }),
    ).toEqual({ file: project.path('shared/hello.ts'), exportPath: 'handler' });
  });

  test('a folder is not a file', () => {
    expect(() => resolve('src/hello.handler', ['src/hello.ts/other'])).toThrow(LlxError);
  });

  test('no file: says which were looked for', () => {
    const { code, message, mend } = failure('src/hello.handler');
    const looked = ['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs', 'jsx'].map(
      (e) => `${project.root}/src/hello.${e}`,
    );
    expect({ code, message, mend }).toEqual({
      code: 'LLX_HANDLER_FILE',
      message: `expected the handler 'src/hello.handler' of hello to name a file and an export, found none of ${looked.join(', ')}`,
      mend: `write it as a path relative to ${project.root}, a dot and the name of the export: src/hello.handler`,
    });
  });

  test('no dot: says so', () => {
    expect(failure('src/hello').message).toBe(
      `expected the handler 'src/hello' of hello to name a file and an export, found no dot in it`,
    );
  });
});

describe('package', () => {
  test('has Lambda’s order of extensions, and no TypeScript', () => {
    expect(resolve('index.handler', ['index.cjs', 'index.mjs', 'index.ts'], 'package')).toEqual([
      'index.mjs',
      'handler',
    ]);
  });

  test('a module in node_modules is the last resort', () => {
    expect(resolve('thing/sub.handler', ['node_modules/thing/sub.js'], 'package')).toEqual([
      'node_modules/thing/sub.js',
      'handler',
    ]);
  });

  test('no file: keeps what Node said', () => {
    expect(String(failure('index.handler', 'package').cause)).toMatch(/^Error: Cannot find module 'index'\n/);
  });
});
