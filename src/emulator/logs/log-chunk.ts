import type { NewLogEvent } from './log-events.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export const EVENT_OVERHEAD_BYTES = 26;

/** An event's id is its chunk's, times this, and its place in it. */
const IDS_PER_CHUNK = 16_384;

/** Events of one stream and second that came together. */
export type LogChunk = {
  readonly groupId: number;
  readonly streamId: number;
  /** Epoch seconds. */
  readonly second: number;
  bytes: number;
  readonly events: [at: number, message: string][];
};

/** Sorts events into chunks, each in the order in which its events came. */
export function chunksOf(events: readonly NewLogEvent[]): readonly LogChunk[] {
  const chunks: LogChunk[] = [];
  const open = new Map<string, LogChunk>();
  for (const { groupId, streamId, at, message } of events) {
    const second = Math.floor(at / 1_000);
    const key = `${streamId} ${second}`;
    let chunk = open.get(key);
    if (chunk === undefined || chunk.events.length === IDS_PER_CHUNK) {
      chunk = { groupId, streamId, second, bytes: 0, events: [] };
      open.set(key, chunk);
      chunks.push(chunk);
    }
    chunk.events.push([at, message]);
    chunk.bytes += Buffer.byteLength(message) + EVENT_OVERHEAD_BYTES;
  }
  return chunks;
}

export function idOfEvent(chunkId: number, index: number): number {
  return chunkId * IDS_PER_CHUNK + index;
}
