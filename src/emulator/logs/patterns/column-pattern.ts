import { patternError } from './pattern-error.ts';
import { parseComparison, parseExpression } from './pattern-expression.ts';
import { PatternTokens } from './pattern-tokens.ts';
import { compares } from './pattern-value.ts';

type Column = (field: string) => boolean;

/** A field is a word, or what stands in brackets or quotes. */
const FIELD = /\[(?<bracketed>[^\]]*)\]|"(?<quoted>[^"]*)"|(?<word>\S+)/g;

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

function fieldsOf(message: string): readonly string[] {
  return Array.from(
    message.matchAll(FIELD),
    ({ groups, 0: whole }) => groups?.bracketed ?? groups?.quoted ?? whole,
  );
}
