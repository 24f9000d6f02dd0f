import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createJsonWriter } from '../../src/cli/writers/json-writer.ts';
import type { Ready } from '../../src/cli/writers/writer.ts';
import type { FailureKind } from '../../src/runtime/invocation.ts';
import type { FunctionState, Phase, SessionEvent } from '../../src/session/event.ts';
import { createSessionStore } from '../../src/session/store.ts';
import type { ConnectionState } from '../../src/transport/transport.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const document = readFileSync(join(root, 'docs', 'json.md'), 'utf8');

const at = 0;
const run = { durationMs: 1, initMs: 1, coldStart: true, payload: new Uint8Array(0) };
const location = { file: '/app/hello.ts', line: 1, column: 1, lineText: '' };

// Records, so that a kind of event, state or phase that is new does not compile until it is here.
const FUNCTION_STATES: Readonly<Record<FunctionState['status'], FunctionState>> = {
  serving: { status: 'serving' },
  off: { status: 'off' },
  held: { status: 'held', sessionId: 's', since: '', name: 'anna@laptop' },
  'build-error': { status: 'build-error', problems: [{ text: '', location }] },
};

const CONNECTION_STATES: Readonly<Record<ConnectionState['status'], ConnectionState>> = {
  connecting: { status: 'connecting', attempt: 2, cause: new Error('ECONNREFUSED') },
  connected: { status: 'connected', connection: 1 },
  closed: { status: 'closed' },
};

const failed = (failure: FailureKind): SessionEvent => ({
  type: 'ended',
  id: failure,
  at,
  result: { ...run, status: 'failed', failure, errorType: 'E' },
});
const stopped = (phase: 'refused' | 'withdrawn' | 'cancelled'): SessionEvent => ({
  type: 'stopped',
  id: phase,
  at,
  phase,
  reason: '',
});

const PHASES: Readonly<Record<Exclude<Phase, 'offered'>, SessionEvent & { readonly id?: string }>> = {
  claimed: { type: 'claimed', id: 'claimed', at },
  succeeded: { type: 'ended', id: 'succeeded', at, result: { ...run, status: 'succeeded', streamed: false } },
  failed: failed('handler'),
  'timed-out': failed('timeout'),
  refused: stopped('refused'),
  withdrawn: stopped('withdrawn'),
  cancelled: stopped('cancelled'),
  observed: {
    type: 'observed',
    id: 'observed',
    requestId: 'observed',
    functionName: 'hello',
    lane: 'default',
    event: new Uint8Array(0),
    answer: new Uint8Array(0),
    answerBytes: 0,
    streamed: false,
    durationMs: 1,
    errorType: 'E',
    at,
  },
};

type Dropped = Extract<SessionEvent, { type: 'dropped' }>;
const PROCESSES: Readonly<Record<Dropped['process'], Dropped['process']>> = {
  session: 'session',
  stub: 'stub',
  broker: 'broker',
  runtime: 'runtime',
};

type Level = Extract<SessionEvent, { type: 'notice' }>['level'];
const LEVELS: Readonly<Record<Level, Level>> = { info: 'info', warning: 'warning', error: 'error' };

const MODES: Readonly<Record<Ready['mode'], Ready['mode']>> = {
  offline: 'offline',
  live: 'live',
  broker: 'broker',
  emulator: 'emulator',
};

type Protocol = NonNullable<Ready['apis']>[number]['protocol'];
const PROTOCOLS: Readonly<Record<Protocol, Protocol>> = {
  http: 'http',
  rest: 'rest',
  websocket: 'websocket',
};

const offered = (id: string): SessionEvent => ({
  type: 'offered',
  id,
  requestId: id,
  functionName: 'hello',
  lane: 'default',
  event: new Uint8Array(0),
  at,
});

const EVENTS: Readonly<Record<SessionEvent['type'], readonly SessionEvent[]>> = {
  connection: Object.values(CONNECTION_STATES).map((state) => ({ type: 'connection', state })),
  function: Object.values(FUNCTION_STATES).map((state) => ({ type: 'function', name: 'f', arn: '', state })),
  offered: [
    ...Object.values(PHASES).flatMap(({ id }) => (id === undefined ? [] : [offered(id)])),
    offered('log'),
  ],
  progress: [{ type: 'progress', id: 'log', step: 'running', at }],
  log: (['stdout', 'stderr'] as const).map((stream) => ({
    type: 'log',
    id: 'log',
    line: { stream, text: '' },
  })),
  observed: [PHASES.observed],
  claimed: [PHASES.claimed],
  ended: [PHASES.succeeded, PHASES.failed, PHASES['timed-out']],
  stopped: [PHASES.refused, PHASES.withdrawn, PHASES.cancelled],
  reloaded: [{ type: 'reloaded', functionName: 'f', file: '/app/f.ts', durationMs: 1 }],
  pinned: [{ type: 'pinned', id: 'log', on: true }],
  credentials: [{ type: 'credentials', expireAt: at }],
  pacing: [{ type: 'pacing', waiting: 1, delayMs: 1 }],
  dropped: Object.values(PROCESSES).map((process) => ({ type: 'dropped', process, reason: 'r', detail: '' })),
  notice: Object.values(LEVELS).map((level) => ({ type: 'notice', level, text: '' })),
};

type Line = Readonly<Record<string, unknown>>;

async function everyLine(): Promise<readonly Line[]> {
  const store = createSessionStore();
  const stdout = new PassThrough({ encoding: 'utf8' });
  const writer = createJsonWriter({ store, stdout, verbose: true });
  const addresses = { endpoint: '', mqtt: '', wss: '', mtls: '', ca: '' };
  const who = { account: '', region: '', identity: '' };
  const apis = Object.values(PROTOCOLS).map((protocol) => ({ name: '', protocol, url: '' }));
  for (const mode of Object.values(MODES)) {
    writer.ready({ mode, ...addresses, ...who, functions: [{ name: '', arn: '' }], apis });
  }
  for (const event of Object.values(EVENTS).flat()) store.dispatch(event);
  await writer.close();
  const text: string = stdout.read() ?? '';
  return text
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line));
}

/** Values of these fields are words of the contract, as the fields are. */
const WORDS = ['mode', 'phase', 'status', 'stream', 'process', 'level', 'protocol'];

function wordsOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([field, inner]) => [
    field,
    ...(WORDS.includes(field) ? [String(inner)] : wordsOf(inner)),
  ]);
}

const sortedSet = (words: Iterable<string>) => [...new Set(words)].sort();
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].flatMap(([, word]) => word ?? []);

/** Words by `type`: of the last cell of the table's rows, and of the paragraph below it for the phases of an invocation. */
function documented(): Readonly<Record<string, readonly string[]>> {
  const [, phases = ''] = /^(`phase` of an invocation:.*?)\n\n/ms.exec(document) ?? [];
  const rows = document.matchAll(/^\| `(\w+)` \| (?!when \|)[^|]* \| ([^|]*) \|$/gm);
  return Object.fromEntries(
    [...rows].map(([, type = '', fields = '']) => [
      type,
      sortedSet(['type', ...quoted(type === 'invocation' ? fields + phases : fields)]),
    ]),
  );
}

test('docs/json.md lists each type with its fields, phases and states, and no other', async () => {
  const printed: Record<string, readonly string[]> = {};
  for (const line of await everyLine()) {
    const type = String(line.type);
    printed[type] = sortedSet([...(printed[type] ?? []), ...wordsOf(line)]);
  }
  expect(documented()).toEqual(printed);
});
