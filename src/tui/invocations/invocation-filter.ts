import type { InvocationRecord } from '../../session/store.ts';
import { type FilterTerm, filterTerms } from '../filter-terms.ts';
import { phaseLook } from '../theme.ts';
import { recordSource } from './record-source.ts';

const KNOWN = ['fn', 'status', 'source'] as const;

type Term = FilterTerm<(typeof KNOWN)[number]>;

/** What was typed behind `/`, and which records it fits. */
export type InvocationFilter = {
  readonly query: string;
  readonly fits: (record: InvocationRecord) => boolean;
  /** Whether that is known already: finding it out may mean reading a large event. */
  readonly knows: (record: InvocationRecord) => boolean;
};

/** Of an event, an answer, or a line: what is behind it is not searched. */
const SEARCHED_BYTES = 256 * 1024;

/**
 * `fn:` is the name of the function, `status:` the word of the phase, `source:` what sent the event, and a text whatever
 * the invocation has to show. Undefined: nothing to fit.
 */
export function invocationFilter(query: string): InvocationFilter | undefined {
  const { terms } = filterTerms(query, KNOWN);
  if (terms.length === 0) return undefined;
  // A record is never changed: what it was found to be, it stays.
  const verdicts = new WeakMap<InvocationRecord, boolean>();
  return {
    query,
    knows: (record) => verdicts.has(record),
    fits(record) {
      const known = verdicts.get(record);
      if (known !== undefined) return known;
      const verdict = terms.every((term) => has(record, term) !== term.not);
      verdicts.set(record, verdict);
      return verdict;
    },
  };
}

function has(record: InvocationRecord, { scope, text, pattern }: Term): boolean {
  switch (scope) {
    case 'fn':
      return pattern.test(record.functionName);
    case 'status':
      return statusHas(record, pattern);
    case 'source':
      return sourceHas(record, pattern);
    case 'text':
      return (
        pattern.test(record.functionName) ||
        pattern.test(record.requestId) ||
        statusHas(record, pattern) ||
        pattern.test(record.errorType ?? '') ||
        pattern.test(record.reason ?? '') ||
        bytesHave(record.event, text, pattern) ||
        (record.answer !== undefined && bytesHave(record.answer, text, pattern)) ||
        record.logs.some((line) => pattern.test(line.text)) ||
        // Last, because an event that nobody has looked at yet has to be parsed for it.
        sourceHas(record, pattern)
      );
  }
}

function statusHas(record: InvocationRecord, pattern: RegExp): boolean {
  return pattern.test(phaseLook(record).word) || pattern.test(record.phase);
}

function sourceHas(record: InvocationRecord, pattern: RegExp): boolean {
  const { kind, label } = recordSource(record);
  return pattern.test(kind) || pattern.test(label);
}

const ASCII = /^[\u0020-\u007e]*$/;

function bytesHave(bytes: Uint8Array, text: string, pattern: RegExp): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SEARCHED_BYTES));
  // Measured: making a text of bytes one by one takes a third of the time that decoding UTF-8 does.
  return pattern.test(ASCII.test(text) ? buffer.toString('latin1') : buffer.toString('utf8'));
}
