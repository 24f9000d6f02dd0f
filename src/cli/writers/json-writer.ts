import type { Writable } from 'node:stream';
import { causeText } from '../../session/connection-text.ts';
import type { SessionEvent } from '../../session/event.ts';
import type { SessionStore } from '../../session/store.ts';
import { createLineSink } from './line-sink.ts';
import { endPhase, OpenInvocations } from './open-invocations.ts';
import type { Writer } from './writer.ts';

export type JsonWriterOptions = {
  readonly store: SessionStore;
  readonly stdout: Writable;
  /** Shows every message that was thrown away, too. */
  readonly verbose: boolean;
};

type Line = { readonly type: string } & Readonly<Record<string, unknown>>;

/** One JSON object a line, `type` says which; text is as it was printed, JSON escapes its control characters. */
export function createJsonWriter({ store, stdout, verbose }: JsonWriterOptions): Writer {
  const open = new OpenInvocations();
  const sink = createLineSink({
    stdout,
    leftOutLine: (lines) =>
      JSON.stringify({
        type: 'notice',
        level: 'warning',
        text: `${lines} lines left out: the reader is too slow`,
      }),
  });
  // Scripts wait for `ready` as the first line: what happens before it is written after it.
  let early: string[] | undefined = [];
  const stop = store.onEvent((event) => {
    const line = lineOf(event, open);
    if (line === undefined || (line.type === 'dropped' && !verbose)) return;
    const text = JSON.stringify(line);
    if (early === undefined) sink.write(text);
    else early.push(text);
  });

  function writeEarly(): void {
    for (const text of early ?? []) sink.write(text);
    early = undefined;
  }

  return {
    ready({ endpoint, mqtt, mode, account, region, identity, wss, mtls, ca, functions, apis }) {
      const named = functions.map(({ name, arn }) => ({ name, arn }));
      const where = { endpoint, mqtt, mode, account, region, identity, wss, mtls, ca };
      sink.write(JSON.stringify({ type: 'ready', ...where, functions: named, apis }));
      writeEarly();
      sink.flush();
    },
    close() {
      stop();
      // A session that never got ready says why.
      writeEarly();
      return sink.close();
    },
  };
}

function lineOf(event: SessionEvent, open: OpenInvocations): Line | undefined {
  switch (event.type) {
    case 'offered':
      return open.open(event) ? invocationLine(event, 'offered', event.at, { id: event.id }) : undefined;
    case 'claimed': {
      const offer = open.get(event.id);
      return offer && invocationLine(offer, 'claimed', event.at);
    }
    case 'ended':
    case 'stopped': {
      const offer = open.end(event.id);
      return offer && invocationLine(offer, endPhase(event), event.at, endFacts(event));
    }
    case 'observed': {
      const { id, durationMs, errorType } = event;
      return invocationLine(event, 'observed', event.at, { id, durationMs, errorType });
    }
    case 'log': {
      const offer = open.get(event.id);
      return (
        offer && {
          type: 'log',
          requestId: offer.requestId,
          function: offer.functionName,
          stream: event.line.stream,
          text: event.line.text,
        }
      );
    }
    case 'function':
      return functionLine(event);
    case 'reloaded':
      return {
        type: 'build',
        phase: 'reloaded',
        function: event.functionName,
        file: event.file,
        durationMs: event.durationMs,
      };
    case 'connection':
      return { type: 'connection', status: event.state.status, ...connectionFacts(event) };
    case 'dropped':
    case 'pacing':
      return event;
    case 'notice':
      return { type: 'notice', level: event.level, text: event.text };
    case 'progress':
    case 'pinned':
    case 'credentials':
      return undefined;
    default: {
      const unhandled: never = event;
      return unhandled;
    }
  }
}

function invocationLine(
  offer: Extract<SessionEvent, { type: 'offered' | 'observed' }>,
  phase: string,
  at: number,
  facts: Readonly<Record<string, unknown>> = {},
): Line {
  return {
    type: 'invocation',
    phase,
    requestId: offer.requestId,
    function: offer.functionName,
    ...facts,
    lane: offer.lane,
    at: new Date(at).toISOString(),
  };
}

function endFacts(event: Extract<SessionEvent, { type: 'ended' | 'stopped' }>) {
  if (event.type === 'stopped') return { reason: event.reason };
  const { result } = event;
  return {
    durationMs: result.durationMs,
    coldStart: result.coldStart,
    initMs: result.initMs,
    errorType: result.status === 'failed' ? result.errorType : undefined,
  };
}

function functionLine({ name, arn, state }: Extract<SessionEvent, { type: 'function' }>): Line {
  switch (state.status) {
    case 'build-error': {
      const problems = state.problems.map(({ text, location }) => ({ text, ...location }));
      return { type: 'build', phase: 'failed', function: name, problems };
    }
    case 'held':
      return {
        type: 'function',
        status: 'held',
        function: name,
        arn,
        sessionId: state.sessionId,
        by: state.name,
        since: state.since,
      };
    case 'serving':
    case 'off':
      return { type: 'function', status: state.status, function: name, arn };
    default: {
      const unhandled: never = state;
      return unhandled;
    }
  }
}

function connectionFacts({ state }: Extract<SessionEvent, { type: 'connection' }>) {
  switch (state.status) {
    case 'connecting':
      return { attempt: state.attempt, cause: causeText(state.cause) };
    case 'connected':
      return { connection: state.connection };
    default:
      return {};
  }
}
