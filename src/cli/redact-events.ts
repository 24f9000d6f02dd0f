import { redact } from '../credentials/redact.ts';
import type { SessionEvent } from '../session/event.ts';
import type { SessionStore } from '../session/store.ts';

/**
 * A store that no known secret enters: what a handler or an error says of its keys is neither on a screen, where it
 * would be broken into lines, nor in any writer's output. What callers get is not touched.
 */
export function redactEvents(store: SessionStore): SessionStore {
  return {
    subscribe: (listener) => store.subscribe(listener),
    onEvent: (listener) => store.onEvent(listener),
    getState: () => store.getState(),
    dispatch: (event) => store.dispatch(redacted(event)),
  };
}

function redacted(event: SessionEvent): SessionEvent {
  switch (event.type) {
    case 'log': {
      const text = redact(event.line.text);
      return text === event.line.text ? event : { ...event, line: { ...event.line, text } };
    }
    case 'notice':
      return { ...event, text: redact(event.text) };
    case 'dropped':
      return { ...event, detail: redact(event.detail) };
    case 'stopped':
      return { ...event, reason: redact(event.reason) };
    case 'ended':
      return redactedEnd(event);
    case 'offered': {
      const bytes = redactedBytes(event.event);
      const { context } = event;
      if (context?.clientContext === undefined)
        return bytes === event.event ? event : { ...event, event: bytes };
      return {
        ...event,
        event: bytes,
        context: { ...context, clientContext: redactedValue(context.clientContext) },
      };
    }
    case 'observed':
      return {
        ...event,
        event: redactedBytes(event.event),
        answer: redactedBytes(event.answer),
        errorType: event.errorType === undefined ? undefined : redact(event.errorType),
      };
    case 'connection': {
      const { state } = event;
      if (state.status !== 'connecting' || !(state.cause instanceof Error)) return event;
      const cause = redact(state.cause.message);
      return cause === state.cause.message ? event : { ...event, state: { ...state, cause } };
    }
    default:
      return event;
  }
}

function redactedEnd(event: Extract<SessionEvent, { type: 'ended' }>): SessionEvent {
  const { result, streamed } = event;
  const payload = redactedBytes(result.payload);
  // The name of an error is the handler's to choose.
  const shown =
    result.status === 'failed'
      ? { ...event, result: { ...result, errorType: redact(result.errorType), payload } }
      : { ...event, result: { ...result, payload } };
  if (streamed === undefined) return shown;
  return { ...shown, streamed: { ...streamed, beginning: redactedBytes(streamed.beginning) } };
}

/** Of parsed JSON. */
function redactedValue(value: unknown): unknown {
  const text = JSON.stringify(value);
  const shown = redact(text);
  return shown === text ? value : JSON.parse(shown);
}

function redactedBytes(bytes: Uint8Array): Uint8Array {
  // Byte by byte, whatever it is: keys are ASCII.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const shown = redact(text);
  return shown === text ? bytes : Buffer.from(shown, 'latin1');
}
