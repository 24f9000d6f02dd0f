import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keepSecret } from '../../credentials/redact.ts';
import { fileSink, streamSink } from './report-sink.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG/aVeryOwnKeyOfThisTest';
keepSecret(secret);

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'llx-report-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

test('a report is written when it is closed, into folders that are made for it, without secrets', async () => {
  const file = join(directory, 'reports', 'smoke.xml');
  const sink = await fileSink(file);
  sink.write('<a>');
  sink.write(`${secret}</a>\n`);
  await sink.close();
  const written = await readFile(file, 'utf8');
  expect(written).toMatch(/^<a>.+<\/a>\n$/);
  expect(written).not.toContain(secret);
});

test('the report of an earlier run is gone before this one runs', async () => {
  const file = join(directory, 'smoke.xml');
  await writeFile(file, 'green');
  const sink = await fileSink(file);
  expect(await readFile(file, 'utf8')).toBe('');
  await sink.close();
});

test('a file that cannot be written is told before anything runs', async () => {
  await expect(fileSink(directory)).rejects.toMatchObject({ code: 'LLX_REPORT_UNWRITABLE' });
});

test('a stream stays open, and has no secrets in it', async () => {
  const stream = new PassThrough();
  const sink = streamSink(stream);
  sink.write(`key ${secret}\n`);
  await sink.close();
  expect(stream.writableEnded).toBe(false);
  stream.end();
  expect(await text(stream)).not.toContain(secret);
});
