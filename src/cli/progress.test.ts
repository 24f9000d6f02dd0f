import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { SessionEvent } from '../session/event.ts';
import { createSessionStore } from '../session/store.ts';
import { startProgress } from './progress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('before a screen it is a moving line on stderr with its seconds, which disappears', () => {
  const stderr = new PassThrough({ encoding: 'utf8' });
  const progress = startProgress('cdk synth', { store: createSessionStore(), interactive: true, stderr });
  expect(stderr.read()).toBe('\r\u001b[K⠋ cdk synth');
  vi.advanceTimersByTime(1040);
  expect(stderr.read()).toMatch(/\r\u001b\[K⠸ cdk synth {2}1 s$/);
  progress.end();
  progress.end();
  vi.advanceTimersByTime(1000);
  expect(stderr.read()).toBe('\r\u001b[K');
});

test('for a writer it is a notice', () => {
  const store = createSessionStore();
  const events: SessionEvent[] = [];
  store.onEvent((event) => events.push(event));
  startProgress('cdk synth', { store, interactive: false }).end();
  expect(events).toEqual([{ type: 'notice', level: 'info', text: 'cdk synth' }]);
});
