import { expect, test } from 'vitest';
import { keepSecret } from '../credentials/redact.ts';
import type { SessionEvent } from '../session/event.ts';
import { createSessionStore } from '../session/store.ts';
import { redactEvents } from './redact-events.ts';

const SECRET = 'a-secret-of-the-events-test';
keepSecret(SECRET);

function seen(event: SessionEvent): SessionEvent | undefined {
  const store = redactEvents(createSessionStore());
  const events: SessionEvent[] = [];
  store.onEvent((one) => events.push(one));
  store.dispatch(event);
  return events[0];
}

const ended = (text: string): Extract<SessionEvent, { type: 'ended' }> => ({
  type: 'ended',
  id: '1',
  at: 0,
  result: {
    status: 'succeeded',
    payload: Buffer.from(text),
    streamed: false,
    durationMs: 1,
    coldStart: false,
  },
});

const offered = (text: string): SessionEvent => ({
  type: 'offered',
  id: '1',
  requestId: '1',
  functionName: 'f',
  lane: 'default',
  event: Buffer.from(text),
  at: 0,
});

const observed = (text: string): SessionEvent => ({
  ...offered(text),
  type: 'observed',
  event: Buffer.from(text),
  answer: Buffer.from(text),
  answerBytes: 1,
  streamed: false,
  durationMs: 1,
  errorType: text,
  id: '1',
  requestId: '1',
  functionName: 'f',
  lane: 'default',
  at: 0,
});

const failed = (text: string): SessionEvent => ({
  type: 'ended',
  id: '1',
  at: 0,
  result: {
    status: 'failed',
    failure: 'handler',
    errorType: text,
    payload: Buffer.from(text),
    durationMs: 1,
    coldStart: false,
  },
});

test.each<[string, (text: string) => SessionEvent]>([
  ['a log line', (text) => ({ type: 'log', id: '1', line: { stream: 'stdout', text } })],
  ['a notice', (text) => ({ type: 'notice', level: 'warning', text })],
  ['a drop', (detail) => ({ type: 'dropped', process: 'session', reason: 'late', detail })],
  ['a reason', (reason) => ({ type: 'stopped', id: '1', at: 0, phase: 'refused', reason })],
  ['the error of a handler', failed],
  ['the answer of a handler', ended],
  [
    'a streamed answer',
    (text) => ({
      ...ended('ok'),
      streamed: { beginning: Buffer.from(text), bytes: 1_000 },
    }),
  ],
  ['an event', offered],
  ['a copy of what a deployed handler did', observed],
])('%s enters the store without the secret in it', (_what, made) => {
  expect(seen(made(`before ${SECRET} é after`))).toEqual(made('before [secret] é after'));
  const harmless = made('nothing to hide');
  expect(seen(harmless)).toEqual(harmless);
});

test('why a connection is not there is shown without the secret in it, and is else the same error', () => {
  const made = (cause: unknown): SessionEvent => ({
    type: 'connection',
    state: { status: 'connecting', attempt: 2, cause },
  });
  expect(seen(made(new Error(`GET /mqtt?X-Amz-Signature=${SECRET}`)))).toEqual(
    made('GET /mqtt?X-Amz-Signature=[secret]'),
  );
  const harmless = made(new Error('ECONNREFUSED'));
  expect(seen(harmless)).toBe(harmless);
});
