import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EventFlags, readEvent } from './read-event.ts';

let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'llx-event-'));
  await mkdir(join(project, 'fixtures/events/hello'), { recursive: true });
  await writeFile(
    join(project, 'llx.config.json'),
    '{ "functions": { "hello": { "handler": "hello.handler" } } }',
  );
  const fixture = { event: { name: 'Ada' }, clientContext: { custom: { tester: true } } };
  await writeFile(join(project, 'fixtures/events/hello/ada.json'), JSON.stringify(fixture));
  await writeFile(join(project, 'event.json'), '{"n":1}');
});

afterAll(() => rm(project, { recursive: true }));

/** The JSON that a function is given. */
async function read(flags: EventFlags) {
  const { json, ...rest } = await readEvent(flags, project);
  return { event: JSON.parse(Buffer.from(json).toString()), ...rest };
}

test('a fixture brings its client context', async () => {
  expect(await read({ fixture: 'hello/ada' })).toEqual({
    event: { name: 'Ada' },
    clientContext: { custom: { tester: true } },
  });
});

test('a file, a text and nothing are events', async () => {
  expect(await read({ event: join(project, 'event.json') })).toEqual({ event: { n: 1 } });
  expect(await read({ data: `@${join(project, 'event.json')}` })).toEqual({ event: { n: 1 } });
  expect(await read({ data: '[2]' })).toEqual({ event: [2] });
  expect(await read({})).toEqual({ event: {} });
});

test('what is no event is told', async () => {
  await expect(read({ data: '{' })).rejects.toMatchObject({ code: 'LLX_EVENT_INVALID' });
  await expect(read({ event: join(project, 'gone.json') })).rejects.toMatchObject({
    code: 'LLX_EVENT_INVALID',
  });
  await expect(read({ data: '1', fixture: 'hello/ada' })).rejects.toMatchObject({ code: 'LLX_USAGE' });
  await expect(read({ fixture: 'hello/ad' })).rejects.toMatchObject({ code: 'LLX_FIXTURE_UNKNOWN' });
});
