import type { SessionEvent } from './event.ts';
import { functionsText } from './holder-text.ts';
import type { Notice } from './store.ts';

type Reloaded = Extract<SessionEvent, { type: 'reloaded' }>;

/** One line for people: what was loaded anew, why, and how long it took. */
export function reloadText(event: Reloaded): string {
  return textOf({ file: event.file, functions: [event.functionName], durationMs: event.durationMs });
}

/** A file that several functions use is told once: with the last of them alone it would look as if the others had not heard. */
export function reloadNotice(
  event: Reloaded,
  last: Notice | undefined,
): { readonly notice: Notice; readonly replaces: boolean } {
  const before = last?.reloaded;
  const replaces =
    before !== undefined && before.file === event.file && !before.functions.includes(event.functionName);
  const reloaded = {
    file: event.file,
    functions: [...(replaces ? before.functions : []), event.functionName],
    durationMs: Math.max(replaces ? before.durationMs : 0, event.durationMs),
  };
  return { notice: { level: 'info', text: textOf(reloaded), reloaded }, replaces };
}

function textOf({ file, functions, durationMs }: NonNullable<Notice['reloaded']>): string {
  const cause = file === undefined ? '' : ` after ${file}`;
  return `${functionsText(functions)} reloaded${cause} in ${Math.round(durationMs)} ms`;
}
