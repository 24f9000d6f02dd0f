import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractZip } from '../../../emulator/code/extract-zip.ts';
import { type PackageFlags, packageFunction } from './package-function.ts';

let root: string;
let number = 0;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'llx-package-'));
});
afterAll(() => rm(root, { recursive: true, maxRetries: 5 }));

/** A folder with these files. */
async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  number += 1;
  const directory = join(root, String(number));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

async function unpacked(zip: Uint8Array): Promise<string> {
  const directory = await folder({ '.marker': '' });
  await rm(join(directory, '.marker'));
  await extractZip(zip, directory);
  return directory;
}

/** What the function answers when Node.js loads it as Lambda does. */
async function answerOf(directory: string, file: string, exportName = 'handler'): Promise<unknown> {
  const script = `const m = await import(${JSON.stringify(pathToFileURL(join(directory, file)).href)});
    console.log(JSON.stringify(await (m.${exportName} ?? m.default.${exportName})({})));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  return JSON.parse(stdout);
}

describe('a Node.js function', () => {
  test('in TypeScript is bundled with what it imports, at its own place, and runs there', async () => {
    const directory = await folder({
      'package.json': '{"type":"module"}',
      'src/index.ts': `import { readFileSync } from 'node:fs';
        import { greeting } from 'greeting';
        import { name } from './name.ts';
        const __dirname = import.meta.dirname;
        export const handler = async (): Promise<string[]> =>
          [greeting(name), readFileSync(\`\${__dirname}/../words.txt\`, 'utf8')];`,
      'src/name.ts': `export const name: string = 'Ada';`,
      'node_modules/greeting/package.json': '{"name":"greeting","main":"index.js"}',
      'node_modules/greeting/index.js': `const path = require('node:path');
        exports.greeting = (name) => \`Hello \${name} from \${path.basename(__dirname)}, \${path.basename(__filename)}\`;`,
      'words.txt': 'kept',
      '.env': 'SECRET=1',
    });
    const { zip, ...facts } = await packageFunction(directory, { include: ['words.txt'] });
    expect(facts).toEqual({
      runtime: 'nodejs24.x',
      handler: 'src/index.handler',
      sha256: expect.stringMatching(/^[\w+/]{43}=$/),
      files: 3,
      notices: [],
    });
    expect(await answerOf(await unpacked(zip), 'src/index.mjs')).toEqual([
      'Hello Ada from src, index.mjs',
      'kept',
    ]);
  });

  test('in CommonJS with a package.json is bundled as CommonJS', async () => {
    const directory = await folder({
      'package.json': '{}',
      'index.js': `const part = require('./part'); exports.handler = async () => [part, __dirname.length > 0];`,
      'part.js': `module.exports = 'part';`,
    });
    const { zip, handler } = await packageFunction(directory, {});
    expect(handler).toBe('index.handler');
    expect(await answerOf(await unpacked(zip), 'index.cjs')).toEqual(['part', true]);
  });

  test('in plain JavaScript without a package.json goes as it is, without what begins with a dot', async () => {
    const directory = await folder({
      'index.mjs': `export const handler = async () => 'plain';`,
      'page.html': '<p>',
      '.env': 'SECRET=1',
      '.git/config': '',
      '.well-known/it': 'yes',
      'node_modules/.prisma/client.js': '',
      'node_modules/.bin/tool': '',
    });
    const { zip, files, handler } = await packageFunction(directory, { include: ['.well-known'] });
    expect([files, handler]).toEqual([4, 'index.handler']);
    const there = await unpacked(zip);
    expect(await answerOf(there, 'index.mjs')).toBe('plain');
    expect(await readFile(join(there, '.well-known/it'), 'utf8')).toBe('yes');
    await expect(readFile(join(there, '.env'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('may export its handler by another name, which it says itself or the flag does', async () => {
    const directory = await folder({
      'index.ts': `export const create = async () => 'created';`,
      'other.ts': `export const a = 1; export const b = 2;`,
    });
    expect((await packageFunction(directory, {})).handler).toBe('index.create');
    expect((await packageFunction(directory, { handler: 'other.b' })).handler).toBe('other.b');
    const ambiguous = await folder({ 'index.ts': `export const a = 1; export const b = 2;` });
    await expect(packageFunction(ambiguous, {})).rejects.toMatchObject({
      code: 'LLX_PACKAGE_INVALID',
      message: expect.stringMatching(/to export a handler, found a, b\.$/),
    });
  });

  test('whose file has a dot in its name is where Lambda looks for it', async () => {
    const directory = await folder({ 'src/my.orders.ts': `export const create = async () => 'created';` });
    const { zip, handler } = await packageFunction(directory, { handler: 'src/my.orders.create' });
    expect(handler).toBe('src/my-orders.create');
    expect(await answerOf(await unpacked(zip), 'src/my-orders.mjs', 'create')).toBe('created');
  });

  test('that does not build is told with file, line and column', async () => {
    const directory = await folder({ 'index.ts': 'export const handler = async ( => 1;' });
    await expect(packageFunction(directory, {})).rejects.toMatchObject({
      code: 'LLX_BUILD_FAILED',
      message: 'Expected the function to build, found:\n  index.ts:1:32: Unexpected "=>"',
    });
  });

  test('leaves the packages out that a layer brings', async () => {
    const directory = await folder({ 'index.ts': `import 'sharp'; export const handler = 1;` });
    await expect(packageFunction(directory, {})).rejects.toMatchObject({ code: 'LLX_BUILD_FAILED' });
    expect((await packageFunction(directory, { external: ['sharp'] })).files).toBe(2);
  });
});

describe('other functions', () => {
  test('a folder with a bootstrap is a program of its own, and stays executable', async () => {
    const directory = await folder({ bootstrap: '#!/bin/sh\necho ran\n', 'package.json': '{}' });
    const { zip, runtime, handler } = await packageFunction(directory, {});
    expect([runtime, handler]).toEqual(['provided.al2023', 'bootstrap']);
    const { stdout } = await promisify(execFile)(join(await unpacked(zip), 'bootstrap'));
    expect(stdout).toBe('ran\n');
  });

  test('a folder with Python runs what is installed here; requirements that are not installed are told', async () => {
    const directory = await folder({
      'app.py': 'def handler(event, context):\n    return 1\n',
      'requirements.txt': 'requests\n',
      '__pycache__/app.pyc': '',
    });
    const { runtime, handler, files, notices } = await packageFunction(directory, {});
    expect([runtime, handler, files]).toEqual([expect.stringMatching(/^python3\.\d+$/), 'app.handler', 2]);
    expect(notices).toEqual([expect.stringContaining('pip install --requirement')]);
    await mkdir(join(directory, 'requests-2.dist-info'));
    await writeFile(join(directory, 'requests-2.dist-info/RECORD'), '');
    const installed = await packageFunction(directory, { runtime: 'python3.12', handler: 'app.main' });
    expect(installed).toMatchObject({ runtime: 'python3.12', handler: 'app.main', notices: [] });
  });

  test('a bootstrap that Windows has written is told, and a folder of that name is no program', async () => {
    const windows = await folder({ bootstrap: '#!/bin/sh\r\necho ran\r\n' });
    const { notices } = await packageFunction(windows, {});
    expect(notices).toEqual([expect.stringContaining('bootstrap has the line ends of Windows')]);
    const styles = await folder({
      'bootstrap/style.css': '',
      'index.mjs': 'export const handler = () => 1;\n',
    });
    expect(await packageFunction(styles, {})).toMatchObject({ handler: 'index.handler' });
  });

  test('the runtime of a deployed function stays, unless another one is said or the folder is of another kind', async () => {
    const directory = await folder({ 'app.py': 'def handler(event, context):\n    return 1\n' });
    const runtimeOf = async (flags: PackageFlags) => (await packageFunction(directory, flags)).runtime;
    const deployedRuntime = 'python3.9';
    expect(await runtimeOf({ deployedRuntime })).toBe('python3.9');
    expect(await runtimeOf({ deployedRuntime, runtime: 'python3.12' })).toBe('python3.12');
    expect(await runtimeOf({ deployedRuntime: 'nodejs22.x' })).toMatch(/^python/);
  });

  test('a Python file may begin with a byte order mark', async () => {
    const directory = await folder({ 'app.py': '\uFEFFdef handler(event, context):\r\n    return 1\r\n' });
    expect(await packageFunction(directory, {})).toMatchObject({ handler: 'app.handler' });
  });

  test('what is no function says what was looked for', async () => {
    const directory = await folder({ 'readme.md': '' });
    const invalid = (promise: Promise<unknown>) =>
      expect(promise).rejects.toMatchObject({ code: 'LLX_PACKAGE_INVALID', exitCode: 2 });
    await invalid(packageFunction(directory, {}));
    await invalid(packageFunction(join(directory, 'nowhere'), {}));
    await invalid(packageFunction(directory, { runtime: 'java21' }));
    await invalid(packageFunction(directory, { runtime: 'provided.al2023' }));
    for (const runtime of ['nodejs24.x', 'python3.13']) {
      await expect(packageFunction(directory, { runtime, handler: 'index.handler' })).rejects.toMatchObject({
        code: 'LLX_HANDLER_FILE',
      });
    }
    await invalid(
      packageFunction(await folder({ 'index.ts': '' }), { bundle: false, handler: 'index.handler' }),
    );
  });
});

describe('a package', () => {
  test('has the same bytes for the same files, whenever and with whatever rights they were written', async () => {
    const files = { 'index.mjs': 'export const handler = 1;', 'b/c.txt': 'c', 'a.txt': 'a' };
    const [one, two] = [
      await folder(files),
      await folder(Object.fromEntries(Object.entries(files).reverse())),
    ];
    await chmod(join(two, 'a.txt'), 0o600);
    await utimes(join(two, 'a.txt'), 1, 1);
    const first = await packageFunction(one, {});
    expect((await packageFunction(two, {})).sha256).toBe(first.sha256);
    await writeFile(join(two, 'a.txt'), 'b');
    expect((await packageFunction(two, {})).sha256).not.toBe(first.sha256);
  });

  test('has the same bytes in every time zone', async () => {
    const directory = await folder({ 'index.mjs': 'export const handler = 1;' });
    const script = `const { packageFunction } = await import(${JSON.stringify(new URL('package-function.ts', import.meta.url).href)});
      console.log((await packageFunction(${JSON.stringify(directory)}, {})).sha256);`;
    const hashIn = async (TZ: string) => {
      const env = { ...process.env, TZ };
      const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script];
      return (await promisify(execFile)(process.execPath, args, { env })).stdout;
    };
    expect(await hashIn('Asia/Tokyo')).toBe(await hashIn('America/Los_Angeles'));
  });

  test('keeps links inside of it and refuses others', async () => {
    const directory = await folder({ 'index.mjs': 'export const handler = async () => 1;' });
    await symlink('index.mjs', join(directory, 'again.mjs'));
    const { zip } = await packageFunction(directory, {});
    expect(await answerOf(await unpacked(zip), 'again.mjs')).toBe(1);
    await symlink('../secret', join(directory, 'out'));
    await expect(packageFunction(directory, {})).rejects.toMatchObject({
      message: 'Expected links that stay in the folder, found out → ../secret.',
    });
  });

  test('has nothing from outside of the folder', async () => {
    const directory = await folder({ 'index.mjs': 'export const handler = 1;' });
    for (const include of ['../1', '/etc/passwd', '.', 'nothing-here']) {
      await expect(packageFunction(directory, { include: [include] })).rejects.toMatchObject({
        code: 'LLX_PACKAGE_INVALID',
      });
    }
  });
});
