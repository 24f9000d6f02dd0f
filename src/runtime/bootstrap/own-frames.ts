/**
 * Tells the lines of a stack that are frames of llx, not of the handler. From source the bootstrap is the files of
 * two folders, built it is one.
 */
export function ownFrames(bootstrapUrl: string): (line: string) => boolean {
  const places = bootstrapUrl.endsWith('.ts')
    ? [new URL('./', bootstrapUrl).href, new URL('../../lambda/', bootstrapUrl).href]
    : [bootstrapUrl];
  return (line) => /^\s+at /.test(line) && places.some((place) => line.includes(place));
}
