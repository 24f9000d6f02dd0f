import type { InvocationRecord } from '../../session/store.ts';
import { clockText, durationText } from '../../session/time-text.ts';
import { type Lines, linesOf, type Span, span } from '../lines/span.ts';
import { phaseLook, type Token } from '../theme.ts';

/** A part of an invocation's time: milliseconds from the offer. */
export type Step = {
  readonly name: 'queue' | 'build' | 'init' | 'handler' | 'answer';
  readonly from: number;
  readonly to: number;
  /** It has not ended. */
  readonly running: boolean;
};

/**
 * Where the time of an invocation went, from its offer to its end, or until now. The steps follow one another; one that did
 * not happen is left out. What the handler took it tells itself; the rest of it is the answer's way out.
 */
export function timelineSteps(record: InvocationRecord, now: number): readonly Step[] {
  const { offeredAt, buildingAt, startingAt, runningAt, endedAt, durationMs } = record;
  const end = Math.max(offeredAt, endedAt ?? now);
  const handled =
    runningAt === undefined || durationMs === undefined ? undefined : Math.min(end, runningAt + durationMs);
  const begins = [
    ['queue', offeredAt],
    ['build', buildingAt],
    ['init', startingAt],
    ['handler', runningAt],
    ['answer', handled],
  ] as const;
  const steps: Step[] = [];
  for (const [name, at] of begins) {
    if (at === undefined) continue;
    // Clocks of a machine may be set back; a step never ends before it began.
    const from = Math.min(Math.max(at, offeredAt), end) - offeredAt;
    const before = steps.at(-1);
    if (before !== undefined)
      steps[steps.length - 1] = { ...before, to: Math.max(before.from, from), running: false };
    steps.push({
      name,
      from: Math.max(before?.from ?? 0, from),
      to: end - offeredAt,
      running: endedAt === undefined,
    });
  }
  return steps;
}

/** When it was claimed, in milliseconds from the offer; a clock that was set back changes no order. */
function claimOf({ claimedAt, offeredAt }: InvocationRecord, total: number): number | undefined {
  return claimedAt === undefined ? undefined : Math.min(Math.max(0, claimedAt - offeredAt), total);
}

const WORDS: Readonly<Record<Step['name'], { readonly says: string; readonly token: Token }>> = {
  queue: { says: 'waited for a worker', token: 'faint' },
  build: { says: 'esbuild', token: 'number' },
  init: { says: 'a process started, the module loaded', token: 'key' },
  handler: { says: 'the handler ran', token: 'good' },
  answer: { says: 'the answer went out', token: 'faint' },
};

const LABEL = 10;
const MILLISECONDS = 12;
const NARROW = 80;

/** One bar for each step, all on one scale. */
export function timelineLines(record: InvocationRecord, now: number, columns: number): Lines {
  if (record.phase === 'observed') return observedLines(record);
  const steps = timelineSteps(record, now);
  const total = steps.at(-1)?.to ?? 0;
  const explained = columns >= NARROW ? 38 : 0;
  const room = Math.max(8, columns - LABEL - MILLISECONDS - explained - 2);
  const rows: (readonly Span[])[] = [
    [
      span('offer'.padEnd(LABEL)),
      span(`${clockText(record.offeredAt)}.${String(record.offeredAt % 1_000).padStart(3, '0')}`, 'faint'),
    ],
  ];
  const scale = { total, room, explained };
  const claim = claimOf(record, total);
  let claimed = claim === undefined;
  for (const step of steps) {
    if (claim !== undefined && !claimed && step.from > claim) {
      rows.push(claimRow(claim, scale));
      claimed = true;
    }
    rows.push(stepRow(step, scale));
  }
  if (claim !== undefined && !claimed) rows.push(claimRow(claim, scale));
  const { glyph, word, token } = phaseLook(record);
  rows.push([
    span('total'.padEnd(LABEL), 'strong'),
    span(durationText(total).padStart(MILLISECONDS - 2), 'strong'),
    span('  '),
    span(`${glyph} ${word}`, token),
  ]);
  if (record.initMs !== undefined)
    rows.push([span(`Init of the module: ${durationText(record.initMs)} (cold start).`, 'faint')]);
  return linesOf(rows);
}

type Scale = { readonly total: number; readonly room: number; readonly explained: number };

function stepRow({ name, from, to, running }: Step, { total, room, explained }: Scale): readonly Span[] {
  const { says, token } = WORDS[name];
  const begin = total === 0 ? 0 : Math.min(room - 1, Math.floor((from / total) * room));
  const end = total === 0 ? 1 : Math.max(begin + 1, Math.round((to / total) * room));
  return [
    span(name.padEnd(LABEL)),
    span(`${durationText(to - from)}${running ? ' …' : ''}`.padStart(MILLISECONDS - 2)),
    span('  '),
    span('·'.repeat(begin), 'faint'),
    span('█'.repeat(Math.min(room, end) - begin), token),
    span('·'.repeat(Math.max(0, room - end)), 'faint'),
    span(explained === 0 ? '' : `  ${says}`, 'faint'),
  ];
}

/** A moment, not a part of the time. */
function claimRow(at: number, { total, room, explained }: Scale): readonly Span[] {
  const place = total === 0 ? 0 : Math.min(room - 1, Math.floor((at / total) * room));
  return [
    span('claim'.padEnd(LABEL)),
    span(`at ${durationText(at)}`.padStart(MILLISECONDS - 2)),
    span('  '),
    span('·'.repeat(place), 'faint'),
    span('◆', 'accent'),
    span('·'.repeat(room - place - 1), 'faint'),
    span(explained === 0 ? '' : '  the caller’s side knows that it runs', 'faint'),
  ];
}

function observedLines({ durationMs, offeredAt }: InvocationRecord): Lines {
  return linesOf([
    [span('A copy: the deployed handler ran it, so only its duration is known.', 'faint')],
    [span('copied'.padEnd(LABEL)), span(clockText(offeredAt))],
    [span('duration'.padEnd(LABEL)), span(durationMs === undefined ? '' : durationText(durationMs))],
  ]);
}
