import type { Style } from '../session/text-style.ts';
import { durationText } from '../session/time-text.ts';
import type { RunSummary } from './reporters/reporter.ts';

/** The end of a run, for people. */
export function summaryLines(
  { totals, durationMs, interrupted, results }: RunSummary,
  style: Style,
): readonly string[] {
  const { total, passed, failed, skipped, flaky, updated } = totals;
  const parts = [
    ...(failed === 0 ? [] : [style('bad', `${failed} failed`)]),
    ...(passed === 0 ? [] : [style('good', `${passed} passed`)]),
    ...(skipped === 0 ? [] : [style('warning', `${skipped} skipped`)]),
  ];
  const ran = durationMs > 0 ? Math.round((passed + failed) / (durationMs / 1000)) : 0;
  // Who throws has a defect to mend, rather than another answer.
  const wrong = results.filter(({ mismatches }) => mismatches.some(({ part }) => part !== 'error'));
  const [first] = wrong;
  return [
    `${style('strong', 'Cases')}  ${parts.join(', ')} of ${total}`,
    `${style('strong', 'Time')}   ${durationText(durationMs)}${style('faint', `  ${ran}/s`)}`,
    ...(flaky === 0 ? [] : [style('warning', `${flaky} passed only when tried again.`)]),
    ...(updated === 0 ? [] : [`${updated} written: look at what changed before you commit it.`]),
    ...(interrupted ? [style('warning', 'Interrupted: what is skipped did not run.')] : []),
    ...(first === undefined
      ? []
      : [
          '',
          style(
            'faint',
            `If that is right now: llx smoke ${wrong.length === 1 ? `${first.name} ` : ''}--update`,
          ),
        ]),
  ];
}
