import { printableLines } from '../../session/printable.ts';
import type { Style } from '../../session/text-style.ts';
import { clockText } from '../../session/time-text.ts';
import type { LogRecord } from './log-source.ts';

type Kind = 'faint' | 'bad' | 'warning' | 'plain';

/** Lambda's own lines, and the levels as its runtimes write them: text with tabs or brackets, or JSON. */
const FAILED = /^REPORT .*\tStatus: |Task timed out after|^RequestId: \S+ Error: /;
const PLATFORM = /^(?:START|END|REPORT) RequestId: |^INIT_(?:START|REPORT) /;
const BAD = /\t(?:ERROR|FATAL)\t|^\[(?:ERROR|CRITICAL)\]|"level"\s*:\s*"(?:error|fatal|critical)"/i;
const WARNING = /\tWARN\t|^\[WARN(?:ING)?\]|"level"\s*:\s*"warn(?:ing)?"/i;

/** `12:01:03.123  message`, with further lines of a message below it. Control characters are shown, not obeyed. */
export function logText({ at, message }: LogRecord, style: Style): string {
  const time = `${clockText(at)}.${String(at % 1_000).padStart(3, '0')}`;
  const kind = kindOf(message);
  const lines = printableLines(message.trimEnd());
  const shown = lines.map((line) => (kind === 'plain' ? line : style(kind, line)));
  return `${style('faint', time)}  ${shown.join(`\n${' '.repeat(time.length + 2)}`)}\n`;
}

function kindOf(message: string): Kind {
  if (FAILED.test(message) || BAD.test(message)) return 'bad';
  if (WARNING.test(message)) return 'warning';
  return PLATFORM.test(message) ? 'faint' : 'plain';
}
