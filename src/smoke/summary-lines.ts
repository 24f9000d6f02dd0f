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
  const name = wrong.length === 1 ? wrong[0]?.name : undefined;
  // To be pasted into a shell.
  const only = name !== undefined && /^[\w./-]+$/.test(name) ? `${name} ` : '';
  return [
    `${style('strong', 'Cases')}  ${parts.join(', ')} of ${total}`,
    `${style('strong', 'Time')}   ${durationText(durationMs)}${style('faint', `  ${ran}/s`)}`,
    ...(flaky === 0 ? [] : [style('warning', `${flaky} passed only when tried again.`)]),
    ...(updated === 0 ? [] : [`${updated} written: look at what changed before you commit it.`]),
    ...(interrupted ? [style('warning', 'Interrupted: what is skipped did not run.')] : []),
    ...(wrong.length === 0 ? [] : ['', style('faint', `If that is right now: llx smoke ${only}--update`)]),
  ];
}
