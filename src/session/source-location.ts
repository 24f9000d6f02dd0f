/** Where a line of user code stands. Lines and columns count from 1. */
export type SourceLocation = {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
};

const PLACE = /^(.+):(\d+):(\d+)$/;
const PYTHON_FRAME = /^File "(.+)", line (\d+)/;
/** Longer lines are no frames, whatever they begin with. */
const LONGEST_FRAME = 4_096;
/** Of a package, of Node.js, or of the runtime. */
const FOREIGN = /(?:^node:|[\\/]node_modules[\\/]|[\\/]site-packages[\\/]|^<|^native$|^eval at )/;

/**
 * Where a line of the user's own code is: `at handler (/project/src/orders.ts:12:9)`, without a name, or as Python has it.
 * Undefined for all other lines.
 */
export function locationOf(line: string): SourceLocation | undefined {
  if (line.length > LONGEST_FRAME) return undefined;
  const frame = line.trim();
  const place = frame.startsWith('at ') ? placeOf(frame) : frame;
  const [, file, row, column] = (place === frame ? PYTHON_FRAME : PLACE).exec(place) ?? [];
  if (file === undefined || row === undefined || FOREIGN.test(file)) return undefined;
  return {
    file: decoded(file),
    line: Number(row),
    ...(column === undefined ? {} : { column: Number(column) }),
  };
}

/** What stands in the parentheses at the end, or all there is: the folder of a file may have parentheses, too. */
function placeOf(frame: string): string {
  const open = frame.endsWith(')') ? frame.indexOf(' (') : -1;
  const place = open === -1 ? frame.slice('at '.length) : frame.slice(open + 2, -1);
  return place.replace(/^async /, '').replace(/^file:\/\//, '');
}

/** In a URL a space is `%20`. */
function decoded(file: string): string {
  try {
    return decodeURI(file);
  } catch {
    return file;
  }
}
