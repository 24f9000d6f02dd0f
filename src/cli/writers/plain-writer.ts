import type { Writable } from 'node:stream';
import { connectionText, pacingText } from '../../session/connection-text.ts';
import type { SessionEvent } from '../../session/event.ts';
import { failureLines } from '../../session/failure-lines.ts';
import { printable, printableLines } from '../../session/printable.ts';
import { reloadText } from '../../session/reload-notice.ts';
import { findInvocation } from '../../session/session-state.ts';
import type { InvocationRecord, SessionStore } from '../../session/store.ts';
import { createStyle } from '../../session/text-style.ts';
import { clockText } from '../../session/time-text.ts';
import { createLineSink } from './line-sink.ts';
import { endPhase, OpenInvocations } from './open-invocations.ts';
import { INDENT, invocationLine, type PhaseFacts, problemLines } from './plain-lines.ts';
import type { Writer } from './writer.ts';

export type PlainWriterOptions = {
  readonly store: SessionStore;
  readonly stdout: Writable;
  /** Shows every message that was thrown away, too. */
  readonly verbose: boolean;
  readonly colour: boolean;
  /** File names are shown relative to it. @default process.cwd() */
  readonly cwd?: string;
  /** Epoch milliseconds of what carries no time itself. @default Date.now */
  readonly now?: () => number;
};

type EndEvent = Extract<SessionEvent, { type: 'ended' | 'stopped' }>;
type ObservedEvent = Extract<SessionEvent, { type: 'observed' }>;
type FunctionEvent = Extract<SessionEvent, { type: 'function' }>;
type ConnectionEvent = Extract<SessionEvent, { type: 'connection' }>;

/** Lines for people and for the log of a CI job. */
export function createPlainWriter(options: PlainWriterOptions): Writer {
  const { store, stdout, verbose, colour, cwd = process.cwd(), now = Date.now } = options;
  const style = createStyle(colour);
  const sink = createLineSink({ stdout, leftOutLine: (lines) => `… ${lines} lines left out` });
  const open = new OpenInvocations();
  const statuses = new Map<string, FunctionEvent['state']['status']>();
  const starting = new Set<string>();
  /** The invocation that the last lines belong to: its log lines need no new heading. */
  let heading: string | undefined;

  function line(...parts: readonly string[]): void {
    heading = undefined;
    sink.write([style('faint', clockText(now())), ...parts].join('  '));
  }

  function indented(lines: readonly string[]): void {
    for (const text of lines) sink.write(INDENT + text);
  }

  function invocation(record: InvocationRecord, facts: PhaseFacts, at: number): void {
    const names = store.getState().functions.map(({ name }) => name.length);
    sink.write(invocationLine(record, facts, at, Math.min(Math.max(0, ...names), 32), style));
  }

  function log(event: Extract<SessionEvent, { type: 'log' }>): void {
    const record = findInvocation(store.getState(), event.id);
    if (record === undefined || open.get(event.id) === undefined) return;
    if (heading !== event.id) invocation(record, { phase: 'running' }, now());
    heading = event.id;
    indented(printableLines(event.line.text));
  }

  function end(event: EndEvent): void {
    const record = open.end(event.id) && findInvocation(store.getState(), event.id);
    if (record === undefined) return;
    heading = undefined;
    const phase = endPhase(event);
    if (event.type === 'stopped') {
      invocation(record, { phase, reason: event.reason }, event.at);
      return;
    }
    const { result } = event;
    invocation(record, { phase, durationMs: result.durationMs, initMs: result.initMs }, event.at);
    if (result.status === 'failed') indented(failureLines(result.payload, result.errorType));
  }

  function observed({ id, at, durationMs, answer, errorType }: ObservedEvent): void {
    const record = findInvocation(store.getState(), id);
    if (record === undefined) return;
    heading = undefined;
    invocation(record, { phase: 'observed', durationMs }, at);
    if (errorType !== undefined) indented(failureLines(answer, errorType));
  }

  function functionState({ name, state }: FunctionEvent): void {
    const before = statuses.get(name) ?? 'serving';
    // Every function starts off, and then serves: the first lines say that for all of them.
    const isStart = state.status === 'off' && !statuses.has(name);
    const isStarted = state.status === 'serving' && starting.delete(name);
    statuses.set(name, state.status);
    if (isStart) starting.add(name);
    if (isStart || isStarted) return;
    const label = style('strong', printable(name));
    switch (state.status) {
      case 'build-error':
        line(label, style('bad', 'does not build'));
        indented(state.problems.flatMap((problem) => problemLines(problem, cwd)));
        return;
      case 'held':
        // A notice of the session says it of all that one other holds.
        return;
      case 'off':
        line(label, style('warning', 'off: its deployed handler runs'));
        return;
      case 'serving':
        if (before !== 'serving') line(label, style('good', 'runs here again'));
        return;
      default: {
        const unhandled: never = state;
        return unhandled;
      }
    }
  }

  function connection({ state }: ConnectionEvent): void {
    // That it connects when it starts is said by `ready`; that it closes, by the command that ends.
    const again = state.status === 'connected' && state.connection > 1;
    const trouble = state.status === 'connecting' && (state.attempt > 1 || state.cause !== undefined);
    if (again || trouble) line('connection', style(again ? 'good' : 'warning', connectionText(state)));
  }

  function show(event: SessionEvent): void {
    switch (event.type) {
      case 'offered':
        open.open(event);
        return;
      case 'log':
        return log(event);
      case 'ended':
      case 'stopped':
        return end(event);
      case 'observed':
        return observed(event);
      case 'function':
        return functionState(event);
      case 'connection':
        return connection(event);
      case 'reloaded':
        return line(printable(reloadText(event)));
      case 'pacing':
        return line(event.waiting === 0 ? pacingText(event) : style('warning', pacingText(event)));
      case 'dropped':
        if (verbose) line('dropped', `${event.process} ${event.reason}: ${printable(event.detail)}`);
        return;
      case 'notice': {
        const [first = '', ...rest] = printableLines(event.text);
        line(
          event.level === 'info'
            ? first
            : style(event.level === 'error' ? 'bad' : 'warning', `${event.level}: ${first}`),
        );
        return indented(rest);
      }
      case 'claimed':
      case 'progress':
      case 'pinned':
      case 'credentials':
        return;
      default: {
        const unhandled: never = event;
        return unhandled;
      }
    }
  }

  const stop = store.onEvent(show);
  return {
    ready({ endpoint, mqtt, wss, mode, account, region, identity, functions, apis = [] }) {
      const addresses = [endpoint, mqtt, wss].filter((address) => address !== undefined);
      sink.write([style('strong', 'llx'), mode, ...addresses].join('  '));
      if (identity !== undefined) sink.write(`     ${account} ${region} as ${printable(identity)}`);
      sink.write(`     ${functions.map(({ name }) => printable(name)).join(', ')}`);
      for (const { name, url } of apis) sink.write(`     ${printable(name)}  ${printable(url)}`);
      sink.flush();
    },
    close() {
      stop();
      return sink.close();
    },
  };
}
