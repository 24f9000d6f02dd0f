import { printable } from '../session/printable.ts';
import type { SessionState } from '../session/store.ts';

/** What there was, for the terminal after the screen is gone: `12 invocations: 10 succeeded, 2 failed.` */
export function summaryText(state: SessionState): string {
  const { offered, succeeded, failed } = state.totals;
  const dropped = droppedTotal(state);
  const messages = dropped === 0 ? '' : ` ${dropped} ${dropped === 1 ? 'message' : 'messages'} dropped.`;
  if (offered === 0) return `No invocations.${messages}`;
  const others = offered - succeeded - failed;
  const parts = [
    `${succeeded} succeeded`,
    failed > 0 && `${failed} failed`,
    others > 0 && `${others} not answered here`,
  ].filter((part) => part !== false);
  const invocations = offered === 1 ? '1 invocation' : `${offered} invocations`;
  return `${invocations}: ${parts.join(', ')}.${messages}`;
}

/** Messages that any process of the session threw away. */
export function droppedTotal({ drops }: SessionState): number {
  return Object.values(drops).reduce((sum, count) => sum + count, 0);
}

/** `process reason count` of what was thrown away, most first; undefined when nothing was. */
export function dropsTable({ drops }: SessionState): string | undefined {
  const rows = Object.entries(drops).sort(([, one], [, other]) => other - one);
  if (rows.length === 0) return undefined;
  const cells = rows.map(([key, count]) => {
    const space = key.indexOf(' ');
    return [key.slice(0, space), printable(key.slice(space + 1)), `${count}`] as const;
  });
  const table = [['process', 'reason', 'count'] as const, ...cells];
  const processWidth = Math.max(...table.map(([process]) => process.length));
  const reasonWidth = Math.max(...table.map(([, reason]) => reason.length));
  const countWidth = Math.max(...table.map(([, , count]) => count.length));
  return table
    .map(([process, reason, count]) =>
      [process.padEnd(processWidth), reason.padEnd(reasonWidth), count.padStart(countWidth)].join('  '),
    )
    .join('\n');
}
