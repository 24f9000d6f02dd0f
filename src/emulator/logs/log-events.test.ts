import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TestClock, temporaryState } from '../service.test-support.ts';
import { LogEvents, type LogRange, type StoredLogEvent } from './log-events.ts';
import { readLogPage } from './log-page.ts';
import { LogStore } from './log-store.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

/** Batches of events: a stream, and a time around which some come out of order. */
const batches = fc.array(fc.array(fc.tuple(fc.nat(2), fc.nat(4_000)), { minLength: 1, maxLength: 8 }), {
  maxLength: 8,
});

/** All events of a range, read page by page. */
function readAll(events: LogEvents, range: LogRange, limit: number): readonly StoredLogEvent[] {
  const found: StoredLogEvent[] = [];
  let after: LogRange['after'];
  do {
    const page = readLogPage(events, { ...range, after, limit });
    found.push(...page.events);
    after = page.more;
  } while (after !== undefined);
  return found;
}

it('whatever order events come in, pages give each once, in the order of time and then of arrival', async () => {
  const check = fc.asyncProperty(
    batches,
    fc.integer({ min: 1, max: 5 }),
    fc.tuple(fc.nat(4_000), fc.nat(4_000)),
    // Of a second's events one fits into memory, or a few, or all.
    fc.constantFrom(1, 500, 1_000_000),
    async (puts, limit, [a, b], windowBytes) => {
      const state = temporaryState();
      const store = new LogStore({ state, clock: new TestClock(NOW) });
      try {
        let arrival = 0;
        const expected = puts.flatMap((events) =>
          events.map(([stream, offset]) => ({ stream, at: NOW + offset, arrival: arrival++ })),
        );
        for (const batch of Map.groupBy(expected, ({ arrival: index }) => batchOf(puts, index)).values()) {
          store.append(
            batch.map(({ stream, at, arrival: index }) => ({
              groupName: 'group',
              streamName: `stream-${stream}`,
              at,
              message: String(index),
            })),
          );
        }
        const groupId = store.groups.get('group')?.id ?? 0;
        const range = { groupId, from: NOW + Math.min(a, b), to: NOW + Math.max(a, b) };
        const wanted = expected.filter(({ at }) => at >= range.from && at <= range.to);
        const events = new LogEvents(state, windowBytes);
        const forward = readAll(events, range, limit);
        const backward = readAll(events, { ...range, newestFirst: true }, limit);
        expect(forward.map(({ at }) => at)).toEqual(wanted.map(({ at }) => at).toSorted((x, y) => x - y));
        expect(new Set(forward.map(({ message }) => message)).size).toBe(wanted.length);
        expect(backward.toReversed()).toEqual(forward);
        expect(inArrivalWithinStream(forward)).toBe(true);
      } finally {
        store.close();
        await state.remove();
      }
    },
  );
  await fc.assert(check, { numRuns: 100 });
});

function batchOf(puts: readonly (readonly unknown[])[], index: number): number {
  let end = 0;
  return puts.findIndex(({ length }) => {
    end += length;
    return index < end;
  });
}

/** Two events of one stream and millisecond stand in the order in which they came. */
function inArrivalWithinStream(events: readonly StoredLogEvent[]): boolean {
  return events.every((event, index) => {
    const before = events.slice(0, index).findLast(({ streamId }) => streamId === event.streamId);
    return before === undefined || before.at < event.at || Number(before.message) < Number(event.message);
  });
}
