import { locationOf } from '../../session/source-location.ts';
import type { CodeFrame } from '../../smoke/case-result.ts';
import type { WorldInvocation } from '../../smoke/world.ts';
import { absoluteLocation, readAround } from '../tui/source-file.ts';

/** The first line of the stack that is the developer's own, and the lines around it; undefined where there is none. */
export async function codeFrame({ error }: WorldInvocation, root: string): Promise<CodeFrame | undefined> {
  for (const line of error?.stackTrace ?? []) {
    const found = locationOf(line);
    if (found === undefined) continue;
    const location = absoluteLocation(found, root);
    return { location, lines: (await readAround(location)) ?? [] };
  }
  return undefined;
}
