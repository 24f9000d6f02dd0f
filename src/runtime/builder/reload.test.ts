import { existsSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CodeState } from '../code-source.ts';
import { BundleRecorder } from '../test-support/bundle-recorder.ts';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { Builder } from './builder.ts';
import type { Bundle } from './bundle.ts';

let project: TemporaryProject;
let builder: Builder;
let recorder: BundleRecorder;
let bundle: Bundle;

beforeEach(() => {
  project = new TemporaryProject();
  builder = new Builder({
    buildDirectory: project.path('.llx/build'),
    reload: true,
    onNotice: (text) => {
      throw new Error(text);
    },
  });
  recorder = new BundleRecorder();
});

afterEach(async () => {
  await Promise.all([builder.close(), builder.close()]);
  project.remove();
});

function acquire(listener = recorder): Bundle {
  return builder.acquire(
    { file: project.path('src/hello.ts'), root: project.root, bundling: undefined },
    listener,
  );
}

/** Builds these files. */
async function build(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, text] of Object.entries(files)) project.write(path, text);
  bundle = acquire();
  bundle.refresh();
  const file = await recorder.ready();
  await bundle.settled();
  return file;
}

/** The next good code that has this text in it. */
function codeWith(text: string, listener = recorder): Promise<string> {
  return listener.ready((file) => readFileSync(file, 'utf8').includes(text));
}

/** After this the file is watched, so that a change of it is certain. */
async function save(path: string, text: string, expected: string): Promise<void> {
  project.write(path, text);
  await codeWith(expected);
  await bundle.settled();
}

function failureText(state: CodeState): string {
  if (state.status !== 'failed') throw new Error(`expected a failed build, found ${state.status}`);
  return JSON.parse(Buffer.from(state.failure.payload).toString()).errorMessage;
}

const HELLO = `import { text } from './text'; export const handler = () => text;`;

describe('a save', () => {
  test('is told as: changed, pending, built, ready', async () => {
    await build({ 'src/hello.ts': 'export const handler = () => "one";' });
    await save('src/hello.ts', 'export const handler = () => "first save";', '"first save"');
    const seen: unknown[] = [];
    recorder.onEvent = (event) => seen.push(event.type === 'code' ? event.state.status : event);
    project.write('src/hello.ts', 'export const handler = () => "two";');
    await codeWith('"two"');
    expect(seen).toEqual([
      { type: 'changed', file: project.path('src/hello.ts') },
      'pending',
      { type: 'built', inputs: 1 },
      'ready',
    ]);
  });

  test('by renaming counts, again and again', async () => {
    await build({ 'src/hello.ts': HELLO, 'src/text.ts': 'export const text = "one";' });
    for (const text of ['two', 'three', 'four']) {
      project.saveByRename('src/text.ts', `export const text = "${text}";`);
      await codeWith(`"${text}"`);
    }
  });

  test('by removing and writing again does not fail in between', async () => {
    await build({ 'src/hello.ts': HELLO, 'src/text.ts': 'export const text = "one";' });
    recorder.onEvent = ({ type }) => expect(type).not.toBe('build-failed');
    project.delete('src/text.ts');
    project.write('src/text.ts', 'export const text = "two";');
    await codeWith('"two"');
  });

  test('right after another counts', async () => {
    await build({ 'src/hello.ts': HELLO, 'src/text.ts': 'export const text = "one";' });
    project.write('src/text.ts', 'export const text = "two";');
    project.write('src/hello.ts', `${HELLO} export const second = "second";`);
    project.write('src/text.ts', 'export const text = "three";');
    const code = readFileSync(await codeWith('"second"'), 'utf8');
    if (!code.includes('"three"')) await codeWith('"three"');
  });

  test('during a rebuild counts', async () => {
    await build({ 'src/hello.ts': HELLO, 'src/text.ts': 'export const text = "one";' });
    recorder.onEvent = ({ type }) => {
      if (type !== 'changed') return;
      recorder.onEvent = () => {};
      // The rebuild begins when this returns, and has read one of the files or the other.
      queueMicrotask(() => project.write('src/hello.ts', `${HELLO} export const second = "second";`));
    };
    project.write('src/text.ts', 'export const text = "two";');
    expect(readFileSync(await codeWith('"second"'), 'utf8')).toContain('"two"');
  });

  test('during the first build counts', async () => {
    project.write('src/hello.ts', 'export const handler = () => "one";');
    bundle = acquire();
    bundle.refresh();
    project.write('src/hello.ts', 'export const handler = () => "two";');
    await codeWith('"two"');
  });

  test('of a file that became an input later counts', async () => {
    await build({ 'src/hello.ts': 'export const handler = () => "one";' });
    project.write('src/text.ts', 'export const text = "one";');
    project.write('src/hello.ts', HELLO);
    await codeWith('text = "one"');
    project.write('src/text.ts', 'export const text = "two";');
    await codeWith('text = "two"');
  });

  test('of tsconfig.json counts', async () => {
    const paths = (folder: string) =>
      JSON.stringify({ compilerOptions: { paths: { '#/*': [`./${folder}/*`] } } });
    await build({
      'tsconfig.json': paths('old'),
      'src/hello.ts': `export { handler } from '#/handler';`,
      'old/handler.ts': 'export const handler = () => "old";',
      'new/handler.ts': 'export const handler = () => "new";',
    });
    project.write('tsconfig.json', paths('new'));
    await codeWith('"new"');
  });

  test('from ESM to CommonJS counts, and back', async () => {
    await build({ 'src/hello.ts': 'export const handler = () => 1;' });
    project.write('src/hello.ts', 'exports.handler = () => "two";');
    expect(await codeWith('"two"')).toMatch(/\.cjs$/);
    project.write('src/hello.ts', 'await 0; export const handler = () => "three";');
    expect(await codeWith('"three"')).toMatch(/\.mjs$/);
  });
});

describe('an install', () => {
  test('counts when it ends, not for each of its files', async () => {
    await build({
      'src/hello.ts': `export { handler } from 'dep';`,
      'node_modules/dep/index.js': 'exports.handler = () => "one";',
      'node_modules/.package-lock.json': '{}',
    });
    const changed: string[] = [];
    recorder.onEvent = (event) => event.type === 'changed' && changed.push(event.file);
    for (const text of ['two', 'three']) {
      changed.splice(0);
      project.write('node_modules/dep/index.js', `exports.handler = () => "${text}";`);
      await save('node_modules/.package-lock.json', `{"${text}":{}}`, `"${text}"`);
    }
    expect(new Set(changed)).toEqual(new Set([project.path('node_modules/.package-lock.json')]));
  });
});

describe('a build that fails', () => {
  test('says where, and the next good save heals it', async () => {
    await build({ 'src/hello.ts': HELLO, 'src/text.ts': 'export const text = "one";' });
    project.write('src/text.ts', '\nexport const text = "one" x;');
    expect(await recorder.failed()).toEqual([
      {
        text: 'Expected ";" but found "x"',
        location: {
          file: project.path('src/text.ts'),
          line: 2,
          column: 27,
          lineText: 'export const text = "one" x;',
        },
      },
    ]);
    expect(failureText(bundle.state)).toBe('src/text.ts:2:27: Expected ";" but found "x"');
    project.write('src/text.ts', 'export const text = "healed";');
    await codeWith('"healed"');
  });

  test('is healed by the old text, as the old code', async () => {
    const good = 'export const handler = () => "one";';
    const file = await build({ 'src/hello.ts': good });
    project.write('src/hello.ts', 'export const');
    await recorder.failed();
    project.write('src/hello.ts', good);
    expect(await codeWith('"one"')).toBe(file);
  });

  test('for a file that is missing is healed by creating it', async () => {
    await build({ 'src/hello.ts': 'export const handler = () => 1;' });
    project.write('src/hello.ts', `export { handler } from './new/handler.js';`);
    const problems = await recorder.failed();
    expect(problems.map(({ text }) => text)).toEqual(['Could not resolve "./new/handler.js"']);
    project.write('src/new/handler.ts', 'export const handler = () => "created";');
    await codeWith('"created"');
  });

  test('the first time, for an entry file that is missing, is healed by creating it', async () => {
    bundle = acquire();
    bundle.refresh();
    await recorder.failed();
    project.write('src/hello.ts', 'export const handler = () => "created";');
    await codeWith('"created"');
  });

  test('for something that may be anywhere is tried again when it is asked for', async () => {
    const tsconfig = { compilerOptions: { paths: { '#/*': ['./far/*'] } } };
    project.write('tsconfig.json', JSON.stringify(tsconfig));
    project.write('src/hello.ts', `export { handler } from '#/away';`);
    bundle = acquire();
    bundle.refresh();
    await recorder.failed();
    await bundle.settled();
    project.write('far/away.ts', 'export const handler = () => "found";');
    bundle.refresh();
    await codeWith('"found"');
  });

  test('for its own text is not tried again before that changes', async () => {
    project.write('src/hello.ts', 'export const');
    bundle = acquire();
    bundle.refresh();
    await recorder.failed();
    const { state } = bundle;
    bundle.refresh();
    expect(bundle.state).toBe(state);
  });
});

describe('functions with the same entry file', () => {
  test('share a bundle until the last of them leaves', async () => {
    const other = new BundleRecorder();
    await build({ 'src/hello.ts': 'export const handler = () => "one";' });
    expect(acquire(other)).toBe(bundle);
    project.write('src/hello.ts', 'export const handler = () => "two";');
    expect(await codeWith('"two"')).toBe(await codeWith('"two"', other));
    builder.release(bundle, recorder);
    recorder.events.splice(0);
    project.write('src/hello.ts', 'export const handler = () => "three";');
    await codeWith('"three"', other);
    expect(recorder.events).toEqual([]);
    builder.release(bundle, other);
    expect(acquire()).not.toBe(bundle);
  });

  test('but other options do not share it', async () => {
    await build({ 'src/hello.ts': 'export const handler = () => "one";' });
    const source = { file: project.path('src/hello.ts'), root: project.root };
    expect(builder.acquire({ ...source, bundling: { external: ['x'] } }, recorder)).not.toBe(bundle);
  });
});

describe('files of a generation', () => {
  test('stay while a worker uses them, and are deleted then', async () => {
    const old = await build({ 'src/hello.ts': 'export const handler = () => "one";' });
    if (bundle.state.status !== 'ready') throw new Error('expected code');
    const { generation } = bundle.state;
    generation.retain();
    project.write('src/hello.ts', 'export const handler = () => "two";');
    const fresh = await codeWith('"two"');
    expect([existsSync(old), existsSync(`${old}.map`)]).toEqual([true, true]);
    generation.release();
    expect([existsSync(old), existsSync(`${old}.map`)]).toEqual([false, false]);
    expect([existsSync(fresh), existsSync(`${fresh}.map`)]).toEqual([true, true]);
  });

  test('are not written again by the next run', async () => {
    const file = await build({ 'src/hello.ts': 'export const handler = () => "one";' });
    await builder.close();
    const { mtimeMs } = statSync(file);
    builder = new Builder({ buildDirectory: project.path('.llx/build'), reload: true, onNotice() {} });
    expect(await build({ 'src/hello.ts': 'export const handler = () => "one";' })).toBe(file);
    expect(statSync(file).mtimeMs).toBe(mtimeMs);
  });
});
