import type { Frame } from './frame.ts';
import type { AnswerFacts, FailureFacts, LoadFacts, StreamFacts, WorkerMessage } from './worker-message.ts';

/**
 * The message in a frame of the child. The child runs foreign code that can write to the pipe as well, so nothing
 * is taken for granted.
 *
 * @throws Error when it is none.
 */
export function toWorkerMessage(frame: Frame): WorkerMessage {
  const { type, invocation, payload } = frame;
  switch (type) {
    case 'ready':
      return { type, facts: loadFacts(fields(frame)) };
    case 'load-failed':
      return { type, errorType: text(fields(frame), 'errorType'), payload };
    case 'record-stdout':
    case 'record-stderr':
    case 'text-stdout':
    case 'text-stderr': {
      const stream = type.endsWith('stderr') ? 'stderr' : 'stdout';
      const whole = type.startsWith('record');
      return { type: 'log', invocation, stream, whole, text: Buffer.from(payload).toString() };
    }
    case 'answer':
      return { type, invocation, facts: answerFacts(frame), payload };
    case 'oversize':
      return { type, invocation };
    case 'error':
      return { type, invocation, facts: failureFacts(frame), payload };
    case 'stream':
      return { type, invocation, facts: streamFacts(fields(frame)) };
    case 'chunk':
      return { type, invocation, payload };
    case 'end':
      return { type, invocation, facts: answerFacts(frame) };
    default:
      throw new Error(`expected a frame that a child sends, got ${type}`);
  }
}

function loadFacts(header: Fields): LoadFacts {
  return { initMs: number(header, 'initMs'), streaming: header.streaming === true };
}

function streamFacts(header: Fields): StreamFacts {
  return { contentType: text(header, 'contentType') };
}

function answerFacts(frame: Frame): AnswerFacts {
  if (frame.header === undefined) return {};
  return { maxRssKb: number(fields(frame), 'maxRssKb') };
}

function failureFacts(frame: Frame): FailureFacts {
  const header = fields(frame);
  const errorType = text(header, 'errorType');
  return header.fatal === true ? { errorType, fatal: true } : { errorType };
}

type Fields = { readonly [key: string]: unknown };

function fields({ type, header }: Frame): Fields {
  if (typeof header === 'object' && header !== null) return { ...header };
  throw new Error(`expected a ${type} frame with a header`);
}

function text(header: Fields, key: string): string {
  const value = header[key];
  if (typeof value === 'string') return value;
  throw new Error(`expected the text ${key}, got ${typeof value}`);
}

function number(header: Fields, key: string): number {
  const value = header[key];
  if (typeof value === 'number') return value;
  throw new Error(`expected the number ${key}, got ${typeof value}`);
}
