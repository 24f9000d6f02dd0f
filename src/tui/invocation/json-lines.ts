/** Deeper levels are indented like this one: hostile nesting must not make megabytes of spaces. */
const DEEPEST_INDENT = 24;

/**
 * Indents JSON by its tokens, without parsing it: numbers stay as they were written, and the first part of a text that
 * is too large to show whole is indented like the rest. Text that is not JSON comes out in its own lines.
 */
export function jsonLines(text: string): readonly string[] {
  if (!/^\s*[[{"]/.test(text)) return text.split(/\r?\n/);
  const lines: string[] = [];
  let line = '';
  let depth = 0;

  function next(): void {
    lines.push(line);
    line = '  '.repeat(Math.min(depth, DEEPEST_INDENT));
  }

  for (const [token] of text.matchAll(TOKEN)) {
    switch (token[0]) {
      case '{':
      case '[':
        line += token;
        // `{}` and `[]` are one token.
        if (token.length === 1) {
          depth += 1;
          next();
        }
        break;
      case '}':
      case ']':
        depth = Math.max(0, depth - 1);
        next();
        line += token;
        break;
      case ',':
        line += token;
        next();
        break;
      case ':':
        line += ': ';
        break;
      default:
        line += token;
    }
  }
  lines.push(line);
  return lines;
}

/** Empty brackets, a bracket or separator, a string (its end may be cut off), anything else. White space is left out. */
const TOKEN = /\{\s*\}|\[\s*\]|[{}[\],:]|"(?:[^"\\]|\\.)*"?|[^\s{}[\],:"]+/gs;
