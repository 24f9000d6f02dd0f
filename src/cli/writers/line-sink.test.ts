import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createLineSink } from './line-sink.ts';

const leftOutLine = (lines: number) => `${lines} left out`;

test('lines of one turn leave as one write, after the turn', async () => {
  const writes: string[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk.toString());
      done();
    },
  });
  const sink = createLineSink({ stdout, leftOutLine });
  sink.write('one');
  sink.write('two');
  expect(writes).toEqual([]);
  await new Promise(setImmediate);
  expect(writes).toEqual(['one\ntwo\n']);
  await sink.close();
});

test('lines that follow closely leave together a moment later, or at once when they are many', () => {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'setImmediate', 'clearTimeout', 'clearImmediate', 'performance'],
  });
  onTestFinished(() => void vi.useRealTimers());
  const writes: string[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk.toString());
      done();
    },
  });
  const sink = createLineSink({ stdout, leftOutLine });
  sink.write('first');
  vi.advanceTimersByTime(1);
  for (const line of ['second', 'third']) {
    sink.write(line);
    vi.advanceTimersByTime(3);
  }
  expect(writes).toEqual(['first\n']);
  vi.advanceTimersByTime(3);
  expect(writes).toEqual(['first\n', 'second\nthird\n']);
  const many = 'x'.repeat(65 * 1024);
  sink.write(many);
  expect(writes.slice(2)).toEqual([`${many}\n`]);
});

test('flush writes at once', async () => {
  const stdout = new PassThrough({ encoding: 'utf8' });
  const sink = createLineSink({ stdout, leftOutLine });
  sink.write('ready');
  sink.flush();
  expect(stdout.read()).toBe('ready\n');
  await sink.close();
});

test('a reader that does not read costs a bounded amount, and is told how much it missed', async () => {
  const stdout = new PassThrough({ encoding: 'utf8', highWaterMark: 0 });
  const sink = createLineSink({ stdout, leftOutLine });
  const megabyte = 'x'.repeat(1024 * 1024);
  for (let count = 0; count < 20; count += 1) {
    sink.write(megabyte);
    sink.flush();
  }
  expect(stdout.writableLength).toBeLessThan(10 * 1024 * 1024);
  let text = '';
  stdout.on('data', (chunk: string) => {
    text += chunk;
  });
  while (stdout.writableLength > 0) await once(stdout, 'data');
  sink.write('next');
  await sink.close();
  const lines = text.trimEnd().split('\n');
  const whole = lines.filter((line) => line === megabyte).length;
  expect(lines.slice(whole)).toEqual([`${20 - whole} left out`, 'next']);
  expect(whole).toBeLessThan(11);
});

test('a reader that has left ends the writing, not the process', async () => {
  const stdout = new PassThrough();
  const sink = createLineSink({ stdout, leftOutLine });
  stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  await new Promise((resolve) => stdout.once('close', resolve));
  sink.write('nobody reads this');
  await sink.close();
  expect(stdout.listenerCount('error')).toBe(0);
});

test('close writes what waits, once, and gives up on a reader that never reads', async () => {
  const stdout = new Writable({ write: () => {} });
  const sink = createLineSink({ stdout, leftOutLine, closeTimeoutMs: 1 });
  sink.write('last');
  const closing = sink.close();
  expect(sink.close()).toBe(closing);
  await closing;
  sink.write('too late');
  expect(stdout.writableLength).toBe(5);
  expect(stdout.listenerCount('close') + stdout.listenerCount('error')).toBe(0);
});
