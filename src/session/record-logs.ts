import type { LogLine } from '../runtime/invocation.ts';
import { KEPT } from './kept.ts';
import type { InvocationRecord } from './store.ts';

/** With one more line; the oldest lines make room. Once its bodies are let go, lines are only counted. */
export function withLog(record: InvocationRecord, line: LogLine): InvocationRecord {
  if (record.bodiesLeftOut) return { ...record, logsLeftOut: record.logsLeftOut + 1 };
  const kept = shortened(line);
  let logBytes = record.logBytes + Buffer.byteLength(kept.text);
  let leftOut = 0;
  while (record.logs.length - leftOut >= KEPT.logLines || logBytes > KEPT.logBytes) {
    const oldest = record.logs[leftOut];
    if (oldest === undefined) break;
    logBytes -= Buffer.byteLength(oldest.text);
    leftOut += 1;
  }
  const logs = record.logs.slice(leftOut);
  logs.push(kept);
  return { ...record, logs, logBytes, logsLeftOut: record.logsLeftOut + leftOut };
}

/** A single line may be larger than all that is kept: its beginning says most. */
function shortened(line: LogLine): LogLine {
  // A UTF-16 code unit is at most three bytes.
  if (line.text.length * 3 <= KEPT.logBytes) return line;
  const bytes = Buffer.from(line.text);
  if (bytes.length <= KEPT.logBytes) return line;
  const ellipsis = `… ${bytes.length} bytes in all`;
  // Room for a replacement character where the cut goes through a character.
  const room = KEPT.logBytes - Buffer.byteLength(ellipsis) - 3;
  return { stream: line.stream, text: bytes.toString('utf8', 0, room) + ellipsis };
}
