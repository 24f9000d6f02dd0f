import { describeEvent } from '../../fixtures/event-source.ts';
import type { InvocationRecord } from '../../session/store.ts';

/** Larger events are not parsed for their label: a few milliseconds each would be felt in a list of them. */
const READ_BYTES = 256 * 1024;

const labels = new WeakMap<Uint8Array, string>();

/** What kind of event it is, in a few words: `GET /orders/42`, `SQS 3 messages`. Each event is parsed at most once. */
export function eventLabel({
  event,
  bodiesLeftOut,
}: Pick<InvocationRecord, 'event' | 'bodiesLeftOut'>): string {
  if (bodiesLeftOut) return 'event no longer kept';
  const known = labels.get(event);
  if (known !== undefined) return known;
  const label = labelOf(event);
  labels.set(event, label);
  return label;
}

function labelOf(event: Uint8Array): string {
  if (event.byteLength > READ_BYTES) return `event of ${(event.byteLength / 1024 / 1024).toFixed(1)} MiB`;
  try {
    const parsed: unknown = JSON.parse(
      Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString(),
    );
    return describeEvent(parsed).label;
  } catch {
    return 'not JSON';
  }
}
