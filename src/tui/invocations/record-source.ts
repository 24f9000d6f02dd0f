import { describeEvent, type EventSource } from '../../fixtures/event-source.ts';
import type { InvocationRecord } from '../../session/store.ts';
import { sizeText } from '../lines/size-text.ts';

type Source = { readonly kind: EventSource['kind'] | 'unknown'; readonly label: string };

/** Larger events are not parsed for their label: a few milliseconds each would be felt in a list of them. */
const READ_BYTES = 256 * 1024;

const NO_LONGER_KEPT: Source = { kind: 'unknown', label: 'event no longer kept' };

const sources = new WeakMap<Uint8Array, Source>();

/** What sent an event, in a few words: `GET /orders/42`, `SQS 3 messages`. Each event is parsed at most once. */
export function recordSource({
  event,
  bodiesLeftOut,
}: Pick<InvocationRecord, 'event' | 'bodiesLeftOut'>): Source {
  if (bodiesLeftOut) return NO_LONGER_KEPT;
  const known = sources.get(event);
  if (known !== undefined) return known;
  const source = sourceOf(event);
  sources.set(event, source);
  return source;
}

function sourceOf(event: Uint8Array): Source {
  if (event.byteLength > READ_BYTES)
    return { kind: 'unknown', label: `event of ${sizeText(event.byteLength)}` };
  try {
    return describeEvent(
      JSON.parse(Buffer.from(event.buffer, event.byteOffset, event.byteLength).toString()),
    );
  } catch {
    return { kind: 'unknown', label: 'not JSON' };
  }
}
