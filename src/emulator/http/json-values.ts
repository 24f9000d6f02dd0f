/** PutMetricData has the most: a thousand metrics with 150 values and counts each. */
export const MOST_VALUES = 500_000;
/** As deep as the parsers of AWS's services go. */
const DEEPEST = 1_000;

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [LIST, LIST_END, OBJECT, OBJECT_END] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Before it is parsed: a few megabytes of empty or nested lists take seconds, in which nobody else is answered. What
 * has fewer bytes than values are allowed is not looked at.
 *
 * @throws RangeError
 */
export function checkJsonValues(body: Uint8Array): void {
  if (body.length <= MOST_VALUES) return;
  let values = 1;
  let depth = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) {
      at = endOfText(body, at);
    } else if (byte === COMMA || byte === LIST || byte === OBJECT) {
      values += 1;
      if (byte !== COMMA) depth += 1;
    } else if (byte === LIST_END || byte === OBJECT_END) {
      depth -= 1;
    }
    if (values > MOST_VALUES) throw new RangeError(`expected at most ${MOST_VALUES} values`);
    if (depth > DEEPEST) throw new RangeError(`expected a depth of at most ${DEEPEST}`);
  }
}

/** Where the quote is that ends it. Packages are texts of many megabytes, so not byte by byte. */
function endOfText(body: Uint8Array, start: number): number {
  for (let end = body.indexOf(QUOTE, start + 1); end !== -1; end = body.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (body[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return body.length;
}
