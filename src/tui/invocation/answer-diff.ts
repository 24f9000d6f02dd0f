import type { InvocationHistory } from '../../session/invocation-history.ts';
import { isRunning } from '../../session/session-state.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { httpStream } from './http-stream.ts';
import { diffJson, type JsonChange } from './json-diff.ts';

/** Two runs of the same event, the earlier one first, and how their answers differ. */
export type AnswerDiff = {
  readonly before: InvocationRecord;
  readonly after: InvocationRecord;
  readonly changes: readonly JsonChange[];
};

/** How far back the same event is looked for. */
const SEARCHED = 1_000;

type History = Pick<InvocationHistory, 'length' | 'at' | 'find'>;

/** Only of the record that is shown: several parts of a frame ask for its partner. */
const partners = new WeakMap<
  History,
  { readonly record: InvocationRecord; readonly partner: InvocationRecord | undefined }
>();

/**
 * The run to compare an invocation with: the one that it replays, else its newest replay, else the newest earlier run of
 * the same event by the same function. Looked for once in each history.
 */
export function diffPartner(history: History, record: InvocationRecord): InvocationRecord | undefined {
  const known = partners.get(history);
  if (known?.record === record) return known.partner;
  const partner = findPartner(history, record);
  partners.set(history, { record, partner });
  return partner;
}

function findPartner(history: History, record: InvocationRecord): InvocationRecord | undefined {
  if (record.replayOf !== undefined) return ended(history.find(record.replayOf));
  const replay = newest(history, (other) => other.replayOf === record.id && !isRunning(other));
  if (replay !== undefined) return replay;
  if (record.bodiesLeftOut) return undefined;
  return newest(
    history,
    (other) =>
      other.id !== record.id &&
      other.functionName === record.functionName &&
      other.offeredAt <= record.offeredAt &&
      !isRunning(other) &&
      !other.bodiesLeftOut &&
      other.event.byteLength === record.event.byteLength &&
      Buffer.compare(other.event, record.event) === 0,
  );
}

function ended(record: InvocationRecord | undefined): InvocationRecord | undefined {
  return record === undefined || isRunning(record) ? undefined : record;
}

function newest(history: History, fits: (record: InvocationRecord) => boolean): InvocationRecord | undefined {
  const last = Math.max(0, history.length - SEARCHED);
  for (let position = history.length - 1; position >= last; position -= 1) {
    const record = history.at(position);
    if (record !== undefined && fits(record)) return record;
  }
  return undefined;
}

const diffs = new WeakMap<
  InvocationRecord,
  { readonly other: InvocationRecord; readonly diff: AnswerDiff }
>();

/** Undefined until both have ended and while the answer of one is not kept. Compared once. */
export function answerDiff(one: InvocationRecord, other: InvocationRecord): AnswerDiff | undefined {
  const known = diffs.get(one);
  if (known?.other === other) return known.diff;
  const [before, after] = one.offeredAt <= other.offeredAt ? [one, other] : [other, one];
  if (before.answer === undefined || after.answer === undefined) return undefined;
  const diff = { before, after, changes: diffJson(parsedAnswer(before.answer), parsedAnswer(after.answer)) };
  diffs.set(one, { other, diff });
  return diff;
}

/** A stream is compared as the HTTP answer that it makes; what is not JSON, line by line. */
function parsedAnswer(answer: Uint8Array): unknown {
  const stream = httpStream(answer);
  return stream === undefined ? parsedBody(answer) : { ...stream.prelude, body: parsedBody(stream.body) };
}

function parsedBody(answer: Uint8Array): unknown {
  const text = Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength).toString();
  try {
    return JSON.parse(text);
  } catch {
    return text.includes('\n') ? text.split('\n') : text;
  }
}

/** Whether the function's code was loaded anew between the two. */
export function reloadedBetween({ before, after }: Pick<AnswerDiff, 'before' | 'after'>): boolean {
  return before.reloads !== after.reloads;
}
