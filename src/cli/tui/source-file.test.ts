import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { handlerFile, readAround } from './source-file.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'llx-source-'));
  await mkdir(join(root, 'src/v1.2'), { recursive: true });
});
afterEach(() => rm(root, { recursive: true, force: true }));

const spec = (handler: string) => ({
  name: 'orders',
  arn: 'arn:aws:lambda:us-east-1:000000000000:function:orders',
  handler,
  runtime: 'nodejs24.x',
  timeoutMs: 3_000,
  memoryMb: 128,
  environment: {},
  root,
  code: 'source' as const,
});

test('the file of a handler is found by its name, with whatever extension', async () => {
  await writeFile(join(root, 'src/orders.ts'), '');
  await writeFile(join(root, 'src/v1.2/tool.py'), '');
  expect(await handlerFile(spec('src/orders.handler'))).toBe(join(root, 'src/orders.ts'));
  expect(await handlerFile(spec('src/v1.2/tool.main'))).toBe(join(root, 'src/v1.2/tool.py'));
  expect(await handlerFile(spec('src/none.handler'))).toBeUndefined();
});

test('the lines around a place are read, and none where there is no such place', async () => {
  const file = join(root, 'src/orders.ts');
  await writeFile(file, Array.from({ length: 9 }, (_, line) => `line ${line + 1}`).join('\n'));
  expect((await readAround({ file, line: 5 }))?.map(({ line, text }) => `${line}: ${text}`)).toEqual([
    '2: line 2',
    '3: line 3',
    '4: line 4',
    '5: line 5',
    '6: line 6',
    '7: line 7',
    '8: line 8',
  ]);
  expect((await readAround({ file, line: 1 }))?.[0]).toEqual({ line: 1, text: 'line 1' });
  expect(await readAround({ file, line: 99 })).toBeUndefined();
  expect(await readAround({ file: root, line: 1 })).toBeUndefined();
  expect(await readAround({ file: join(root, 'none.ts'), line: 1 })).toBeUndefined();
});
