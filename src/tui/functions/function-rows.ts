import { printable } from '../../session/printable.ts';
import type { FunctionRecord } from '../../session/store.ts';
import { durationText } from '../../session/time-text.ts';
import { cutTo, displayWidth, toWidth } from '../display-width.ts';
import { codeWindow } from '../lines/code-window.ts';
import { type Span, span } from '../lines/span.ts';
import type { ScreenFacts } from '../screen.ts';
import { seriesOf, type Token } from '../theme.ts';
import { sparkline } from './sparkline.ts';

/** Columns of the table; 0: there is no room for it. */
export type Widths = {
  readonly name: number;
  readonly state: number;
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly activity: number;
};

const MARKER = 2;
const GAP = 2;
const STATE = 15;
const COUNT = 7;
const DURATION = 8;
const ACTIVITY = 60;

/** Problems of a build that are shown under a function, and lines of each. */
const SHOWN_PROBLEMS = 3;

export function widthsOf(functions: readonly FunctionRecord[], columns: number): Widths {
  const fixed = MARKER + STATE + 2 * COUNT + DURATION + 2 * GAP;
  const p50 = columns < 80 ? 0 : DURATION;
  const longest = Math.max(8, ...functions.map(({ name }) => displayWidth(printable(name))));
  const room = columns - fixed - p50;
  const name = Math.min(longest, columns < 100 ? room : Math.max(24, Math.floor(room * 0.6)));
  const rest = room - name - GAP;
  return {
    name,
    state: STATE,
    count: COUNT,
    p50,
    p95: DURATION,
    activity: rest < 8 ? 0 : Math.min(ACTIVITY, rest),
  };
}

export function headingRow(widths: Widths, sort: string): string {
  const title = (text: string, width: number, by?: string) =>
    width === 0 ? '' : toWidth(by === sort ? `↓${text}` : text, width, 'end');
  return [
    ' '.repeat(MARKER),
    toWidth('FUNCTION', widths.name + GAP),
    toWidth('STATE', widths.state),
    title('CALLS', widths.count, 'invocations'),
    title('ERRORS', widths.count, 'errors'),
    title('P50', widths.p50),
    title('P95', widths.p95, 'p95'),
    widths.activity === 0 ? '' : ' '.repeat(GAP) + toWidth('LAST 10 MINUTES', widths.activity),
  ].join('');
}

export function functionRow(
  { name, state, invocations, errors }: FunctionRecord,
  widths: Widths,
  { statistics, session }: Pick<ScreenFacts, 'statistics' | 'session'>,
): readonly Span[] {
  const { p50, p95, activity } = statistics.of(name);
  const look = stateLook(state);
  return [
    span(toWidth(printable(name), widths.name) + ' '.repeat(GAP), seriesOf(name, session.functions)),
    span(toWidth(`${look.glyph} ${look.word}`, widths.state), look.token),
    span(toWidth(`${invocations}`, widths.count, 'end')),
    span(toWidth(`${errors}`, widths.count, 'end'), errors > 0 ? 'bad' : 'plain'),
    span(widths.p50 === 0 ? '' : toWidth(durationCell(p50), widths.p50, 'end')),
    span(toWidth(durationCell(p95), widths.p95, 'end')),
    span(widths.activity === 0 ? '' : ' '.repeat(GAP) + sparkline(activity, widths.activity), 'busy'),
  ];
}

/** What stands under a function that does not build: each problem with its line of code and a mark at the place. */
export function problemRows({ state }: FunctionRecord, columns: number): readonly (readonly Span[])[] {
  if (state.status !== 'build-error') return [];
  const shown = state.problems.slice(0, SHOWN_PROBLEMS);
  const rows = shown.flatMap(({ text, location }) => {
    if (location === undefined) return [[span(`    ${printable(text)}`, 'bad')]];
    const { file, line, column, lineText } = location;
    const number = `${line}`;
    const margin = ' '.repeat(6 + number.length);
    const { code, caret } = codeWindow(lineText, column, Math.max(8, columns - margin.length - 3));
    return [
      [span(`    ${printable(text)}`, 'bad')],
      [span(`      ${printable(`${file}:${line}:${column}`)}`, 'faint')],
      [span(`      ${number}`, 'faint'), span(` │ ${code}`)],
      [span(`${margin} │ `, 'faint'), span(`${' '.repeat(caret)}^`, 'bad')],
    ];
  });
  const more = state.problems.length - shown.length;
  const all = more > 0 ? [...rows, [span(`    and ${more} more`, 'faint')]] : rows;
  return all.map((row) => row.map((one) => ({ ...one, text: cutTo(one.text, columns) })));
}

function durationCell(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : durationText(milliseconds);
}

/** A glyph and a word for each state: colour alone is never the sign. */
export function stateLook(state: FunctionRecord['state']): {
  readonly glyph: string;
  readonly word: string;
  readonly token: Token;
} {
  switch (state.status) {
    case 'serving':
      return { glyph: '●', word: 'serving', token: 'good' };
    case 'off':
      return { glyph: '○', word: 'off', token: 'faint' };
    case 'held':
      return { glyph: '◆', word: printable(`held ${state.name ?? ''}`.trim()), token: 'warning' };
    case 'build-error':
      return { glyph: '✗', word: 'build error', token: 'bad' };
    default: {
      const unhandled: never = state;
      return unhandled;
    }
  }
}
