import type { SessionState } from '../session/store.ts';

/** What there was, for the terminal after the screen is gone: `12 invocations: 10 succeeded, 2 failed.` */
export function summaryText({ totals, drops }: SessionState): string {
  const { offered, succeeded, failed } = totals;
  if (offered === 0) return 'No invocations.';
  const others = offered - succeeded - failed;
  const dropped = Object.values(drops).reduce((sum, count) => sum + count, 0);
  const parts = [
    `${succeeded} succeeded`,
    failed > 0 && `${failed} failed`,
    others > 0 && `${others} not answered here`,
  ].filter((part) => part !== false);
  const invocations = offered === 1 ? '1 invocation' : `${offered} invocations`;
  const messages = dropped === 0 ? '' : ` ${dropped} ${dropped === 1 ? 'message' : 'messages'} dropped.`;
  return `${invocations}: ${parts.join(', ')}.${messages}`;
}
