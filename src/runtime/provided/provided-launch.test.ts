import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FunctionSpec } from '../invocation.ts';
import { TemporaryProject } from '../test-support/temporary-project.ts';
import { functionSpec, HANDLERS, invocationRequest, invoke, TestWorkers } from '../worker.test-support.ts';
import type { LoadOutcome, Worker } from '../worker.ts';
import { isRunnable } from './provided-launch.ts';

const workers = new TestWorkers();
let project: TemporaryProject;
beforeEach(() => {
  project = new TemporaryProject();
});
afterEach(() => project.remove());
afterAll(() => workers.close());

const PROVIDED = { runtime: 'provided.al2023', root: join(HANDLERS, 'provided') };

function load(settings: Partial<FunctionSpec>, opt?: string): Promise<LoadOutcome> {
  const spec = functionSpec({
    handler: 'hello.handler',
    runtime: 'provided.al2023',
    root: project.root,
    ...settings,
  });
  return workers.spawn(spec, { initTimeoutMs: 2_000 }).load(spec, { file: '', exportPath: '', opt });
}

async function failureOf(outcome: Promise<LoadOutcome>): Promise<unknown> {
  const loaded = await outcome;
  return loaded.status === 'failed' ? JSON.parse(Buffer.from(loaded.payload).toString()) : loaded;
}

function write(text: string, mode = 0o755, path = 'bootstrap'): void {
  project.write(path, text);
  chmodSync(project.path(path), mode);
}

const invalid = (text: string) => ({
  errorType: 'Runtime.InvalidEntrypoint',
  errorMessage: `Error: ${text}`,
});

describe('a package without a program that runs', () => {
  it('has none', async () => {
    const opt = project.path('layer');
    const places = [project.path('bootstrap'), join(opt, 'bootstrap')].join(' ');
    expect(await failureOf(load({}, opt))).toEqual(invalid(`Couldn't find valid bootstrap(s): [${places}]`));
  });

  it('has one that may not be run', async () => {
    write('#!/bin/sh\n', 0o644);
    const text = `fork/exec ${project.path('bootstrap')}: permission denied`;
    expect(await failureOf(load({}))).toEqual(invalid(text));
  });

  it.each([
    ['text', 'echo hello\n'],
    ['nothing', ''],
    ['another machine’s program', `\x7fELF\x02\x01\x01${'\0'.repeat(11)}\x09\0${'\0'.repeat(40)}`],
  ])('has one that is %s', async (_, text) => {
    write(text);
    const expected = `fork/exec ${project.path('bootstrap')}: exec format error`;
    expect(await failureOf(load({}))).toEqual(invalid(expected));
  });

  it('has one whose interpreter is not there', async () => {
    write('#!/absent/interpreter\n');
    const text = `fork/exec ${project.path('bootstrap')}: no such file or directory`;
    expect(await failureOf(load({}))).toEqual(invalid(text));
  });
});

describe('a program is known by its first bytes', () => {
  const elf = (machine: number) =>
    Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, ...new Array(12).fill(0), machine, 0]);

  it('on Linux by script or machine', () => {
    expect(isRunnable(Buffer.from('#!/bin/sh'), 'x64', 'linux')).toBe(true);
    expect([elf(0x3e), elf(0xb7)].map((head) => isRunnable(head, 'x64', 'linux'))).toEqual([true, false]);
    expect([elf(0x3e), elf(0xb7)].map((head) => isRunnable(head, 'arm64', 'linux'))).toEqual([false, true]);
    expect(isRunnable(elf(0x3e).subarray(0, 10), 'x64', 'linux')).toBe(false);
  });

  it('on macOS by script or format', () => {
    expect(isRunnable(Buffer.from([0xcf, 0xfa, 0xed, 0xfe]), 'arm64', 'darwin')).toBe(true);
    expect(isRunnable(elf(0xb7), 'arm64', 'darwin')).toBe(false);
  });
});

describe('a runtime of the package', () => {
  it('that says why it cannot start is quoted', async () => {
    expect(await load({ ...PROVIDED, handler: 'broken' })).toMatchObject({
      status: 'failed',
      failure: 'init',
      errorType: 'RangeError',
    });
  });

  it('that exits before its first invocation is told so', async () => {
    expect(await failureOf(load({ ...PROVIDED, handler: 'quits' }))).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'Error: Runtime exited with error: exit status 3',
    });
  });

  it('that asks for nothing is ended with the init phase', async () => {
    expect(await load({ ...PROVIDED, handler: 'hangs' })).toMatchObject({ failure: 'timeout' });
  });

  it('streams its answer, piece by piece', async () => {
    const worker = await workers.load('streams', PROVIDED);
    const pieces: string[] = [];
    const types: string[] = [];
    const result = await worker.invoke(
      invocationRequest(
        {},
        {
          onContentType: (type) => types.push(type),
          onChunk: async (piece) => void pieces.push(Buffer.from(piece).toString()),
        },
      ),
    );
    expect(result).toMatchObject({ status: 'succeeded', streamed: true });
    expect({ types, text: pieces.join('') }).toEqual({ types: ['text/plain'], text: 'one two three' });
    expect((await invoke(worker)).answer).toBe('one two three');
  });

  it('is the layer’s where the package has none', async () => {
    copyFileSync(join(HANDLERS, 'provided', 'bootstrap'), mkdir('layer/provided/bootstrap'));
    chmodSync(project.path('layer/provided/bootstrap'), 0o755);
    copyFileSync(join(HANDLERS, 'contract.mjs'), project.path('layer/contract.mjs'));
    const spec = functionSpec({ handler: 'echo', runtime: 'provided.al2023', root: project.root });
    const worker = workers.spawn(spec);
    const opt = project.path('layer/provided');
    expect(await worker.load(spec, { file: '', exportPath: '', opt })).toMatchObject({ status: 'ready' });
    expect((await invoke(worker, { a: 1 })).answer).toEqual({ a: 1 });
  });

  function mkdir(path: string): string {
    project.write(path, '');
    return project.path(path);
  }
});

const curl = spawnSync('curl', ['--version']).status === 0;
describe.skipIf(!curl)(`a shell script${curl ? '' : ' (skipped: curl is not installed)'}`, () => {
  it('is a runtime, too', async () => {
    write(`#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while :; do
  event=$(curl -sS -D "$LAMBDA_TASK_ROOT/headers" "$api/next")
  id=$(tr -d '\\r' < "$LAMBDA_TASK_ROOT/headers" | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: //p')
  echo "$_HANDLER got $event" >&2
  curl -sS -o /dev/null -d "{\\"echo\\":$event,\\"execution\\":\\"$AWS_EXECUTION_ENV\\"}" "$api/$id/response"
done
`);
    const settings = { runtime: 'provided.al2', root: project.root };
    const worker: Worker = await workers.load('hello.handler', settings);
    for (const event of [{ a: 1 }, { a: 2 }]) {
      const { answer, logs } = await invoke(worker, event);
      expect(answer).toEqual({ echo: event, execution: '' });
      expect(logs).toEqual([{ stream: 'stderr', text: `hello.handler got ${JSON.stringify(event)}` }]);
    }
  });
});
