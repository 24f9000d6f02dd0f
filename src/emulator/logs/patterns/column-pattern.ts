import { patternError } from './pattern-error.ts';
import { parseComparison, parseExpression } from './pattern-expression.ts';
import { PatternTokens } from './pattern-tokens.ts';
import { compares } from './pattern-value.ts';

type Column = (field: string) => boolean;

const SPACE = /\s/;
const WORD = /\S+/y;
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '"': '"' };

/** `[ip, user, ..., status = 4* || status = 5*, bytes > 1000]`: a line has exactly these fields; `...` is any number. */
export function parseColumnPattern(pattern: string): (message: string) => boolean {
  if (!pattern.endsWith(']')) throw patternError('expected ] at its end');
  const tokens = new PatternTokens(pattern.slice(1, -1));
  const before: Column[] = [];
  const after: Column[] = [];
  let hasGap = false;
  do {
    if (tokens.takes('...')) {
      if (hasGap) throw patternError('more than one ...');
      hasGap = true;
    } else {
      (hasGap ? after : before).push(parseExpression(tokens, parseColumn));
    }
  } while (tokens.takes(','));
  if (!tokens.isAtEnd) throw patternError(`unexpected "${tokens.take().text.slice(0, 50)}"`);
  return (message) => {
    const fields = fieldsOf(message);
    const least = before.length + after.length;
    if (hasGap ? fields.length < least : fields.length !== least) return false;
    return (
      before.every((column, index) => column(fields[index] ?? '')) &&
      after.every((column, index) => column(fields[fields.length - after.length + index] ?? ''))
    );
  };
}

function parseColumn(tokens: PatternTokens): Column {
  const name = tokens.take();
  if (name.kind !== 'word') throw patternError(`expected a name, found ${name.text.slice(0, 50)}`);
  const compared = parseComparison(tokens);
  return compared === undefined
    ? () => true
    : (field) => compares(field, compared.comparison, compared.value);
}

/** A field is a word, or what stands in brackets or quotes. Each end is looked for once: a line may have a million `[`. */
function fieldsOf(message: string): readonly string[] {
  const fields: string[] = [];
  const unclosed = new Set<string>();
  let at = 0;
  while (at < message.length) {
    const first = message[at] ?? '';
    if (SPACE.test(first)) {
      at += 1;
      continue;
    }
    const closing = unclosed.has(first) ? undefined : CLOSING[first];
    const end = closing === undefined ? -1 : message.indexOf(closing, at + 1);
    if (end >= 0) {
      fields.push(message.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    if (closing !== undefined) unclosed.add(first);
    WORD.lastIndex = at;
    WORD.test(message);
    fields.push(message.slice(at, WORD.lastIndex));
    at = WORD.lastIndex;
  }
  return fields;
}
