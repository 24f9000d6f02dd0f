import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import type { SessionEvent } from '../../src/session/event.ts';
import { createSessionStore, type SessionStore } from '../../src/session/store.ts';
import { runTui, type Tui } from '../../src/tui/run-tui.tsx';
import { recordedActions } from '../../src/tui/testing/recorded-actions.ts';

/** The screens over a store of their own, drawn on a terminal that only counts. */
export type BenchScreen = {
  readonly store: SessionStore;
  readonly tui: Tui;
  /** Bytes that were written so far, and in how many writes. */
  written(): { readonly bytes: number; readonly writes: number };
  /** Milliseconds that each frame took since the last call: React, layout and writing. */
  frames(): readonly number[];
  type(keys: string): void;
  /** Resolves with the next write that has this in it. */
  shows(text: string): Promise<void>;
};

export function openScreen(columns = 120, rows = 40): BenchScreen {
  const store = createSessionStore();
  const writing = new EventEmitter();
  let bytes = 0;
  let writes = 0;
  let frames: number[] = [];
  const stdout = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      bytes += Buffer.byteLength(chunk);
      writes += 1;
      writing.emit('text', chunk);
      done();
    },
  });
  const stdin = new PassThrough();
  const terminal = { isTTY: true, columns, rows };
  Object.assign(stdout, terminal);
  Object.assign(stdin, { isTTY: true, ref: () => stdin, unref: () => stdin, setRawMode: () => stdin });
  const tui = runTui({
    store,
    mode: { label: 'OFFLINE', endpoint: 'http://127.0.0.1:4566' },
    lane: 'default',
    actions: recordedActions().actions,
    stdin: stdin as PassThrough & NodeJS.ReadStream,
    stdout: stdout as Writable & NodeJS.WriteStream,
    onFrame: (milliseconds) => frames.push(milliseconds),
  });
  return {
    store,
    tui,
    written: () => ({ bytes, writes }),
    frames() {
      const taken = frames;
      frames = [];
      return taken;
    },
    type: (keys) => void stdin.write(keys),
    shows: (text) =>
      new Promise((resolve) => {
        const look = (chunk: string): void => {
          if (!chunk.includes(text)) return;
          writing.off('text', look);
          resolve();
        };
        writing.on('text', look);
      }),
  };
}

const FUNCTIONS = ['orders', 'carts', 'bills', 'resize', 'login'] as const;

export function serving(): readonly SessionEvent[] {
  return [
    { type: 'connection', state: { status: 'connected', connection: 1 } },
    ...FUNCTIONS.map(
      (name): SessionEvent => ({
        type: 'function',
        name,
        arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
        state: { status: 'serving' },
      }),
    ),
  ];
}

/** All that a session tells of one warm invocation, its bodies of its own as they would be. */
export function invocationEvents(number: number): readonly SessionEvent[] {
  const id = `${number}`;
  const at = Date.now();
  const path = `/orders/${number}`;
  const event = Buffer.from(
    JSON.stringify({
      version: '2.0',
      rawPath: path,
      headers: { accept: '*/*', 'user-agent': 'bench' },
      requestContext: { http: { method: 'GET', path }, stage: '$default' },
    }),
  );
  const functionName = FUNCTIONS[number % FUNCTIONS.length] ?? 'orders';
  return [
    { type: 'offered', id, requestId: `request-${id}`, functionName, lane: 'default', event, at },
    { type: 'progress', id, step: 'running', at },
    { type: 'log', id, line: { stream: 'stdout', text: `INFO\tread order ${number}` } },
    {
      type: 'ended',
      id,
      at,
      result: {
        status: 'succeeded',
        payload: Buffer.from(`{"statusCode":200,"body":"{\\"id\\":${number}}"}`),
        streamed: false,
        durationMs: 1 + (number % 7),
        coldStart: false,
      },
    },
  ];
}
