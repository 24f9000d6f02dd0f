import { locationOf } from '../../session/source-location.ts';
import type { CodeFrame } from '../../smoke/case-result.ts';
import type { WorldInvocation } from '../../smoke/world.ts';
import { absoluteLocation, readAround } from '../tui/source-file.ts';

const BUILD_PLACE = /^[^\n]+?:\d+:\d+(?=: )/;

/** The first line of the stack that is the developer's own, and the lines around it; undefined where there is none. */
export async function codeFrame(
  { error, failedBecause }: WorldInvocation,
  root: string,
): Promise<CodeFrame | undefined> {
  if (error === undefined) return undefined;
  // What esbuild says begins with the place: `src/orders.ts:12:9: …`.
  const lines =
    failedBecause === 'build'
      ? (BUILD_PLACE.exec(error.errorMessage) ?? []).map((place) => `at ${place}`)
      : error.stackTrace;
  for (const line of lines ?? []) {
    const found = locationOf(line);
    if (found === undefined) continue;
    const location = absoluteLocation(found, root);
    return { location, lines: (await readAround(location)) ?? [] };
  }
  return undefined;
}
