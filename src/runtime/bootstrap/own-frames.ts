import type { TrimTrace } from '../../lambda/error-body.ts';

const NODE_FRAME = /^\s+at .*[( ]node:/;

/**
 * Takes the frames of llx out of a stack, and what is below them: Node's own, of reading a pipe. From source the
 * bootstrap is the files of some folders, built it is one.
 */
export function trimOwnFrames(bootstrapUrl: string): TrimTrace {
  const places = bootstrapUrl.endsWith('.ts')
    ? ['./', '../channel/', '../../lambda/'].map((folder) => new URL(folder, bootstrapUrl).href)
    : [bootstrapUrl];
  const isOwn = (line: string): boolean =>
    /^\s+at /.test(line) && places.some((place) => line.includes(place));
  return (lines) => {
    const first = lines.findIndex(isOwn);
    if (first === -1) return lines;
    const last = lines.findLastIndex((line) => !isOwn(line) && !NODE_FRAME.test(line));
    return lines.slice(0, Math.max(first, last + 1)).filter((line) => !isOwn(line));
  };
}
