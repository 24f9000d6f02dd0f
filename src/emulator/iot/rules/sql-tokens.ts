/** A statement that is none. The message says what was expected, and what was found. */
export class SqlError extends Error {
  override readonly name = 'SqlError';
}

export type SqlToken = {
  readonly type: 'word' | 'quoted' | 'text' | 'number' | 'symbol' | 'end';
  /** Of a text without its quotes, which are no longer doubled. */
  readonly value: string;
};

/** As long as AWS takes them: https://docs.aws.amazon.com/iot/latest/apireference/API_TopicRulePayload.html */
const LONGEST = 262_144;
/**
 * By our choice. Each message is worth as much work as its rules have tokens, and a sum of so many is as deep a tree:
 * neither may stop the emulator.
 */
const MOST = 3_000;

const TOKEN =
  /\s*(?:(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|'(?<text>(?:[^']|'')*)'|"(?<quoted>[^"]*)"|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<symbol><>|!=|<=|>=|[-+*/%=<>(),.[\]])|(?<end>$))/y;

/** @throws SqlError */
export function sqlTokens(sql: string): readonly SqlToken[] {
  if (sql.length > LONGEST) throw new SqlError(`expected at most ${LONGEST} characters, found ${sql.length}`);
  const tokens: SqlToken[] = [];
  const pattern = new RegExp(TOKEN);
  for (;;) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(sql)?.groups;
    if (groups === undefined) {
      throw new SqlError(`expected a word, a number or a text, found ${sql.slice(at).trim().slice(0, 20)}`);
    }
    const token = tokenOf(groups);
    tokens.push(token);
    if (token.type === 'end') return tokens;
    if (tokens.length > MOST)
      throw new SqlError(`expected at most ${MOST} words, numbers, texts and symbols, found more`);
  }
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): SqlToken {
  for (const type of ['number', 'text', 'quoted', 'word', 'symbol'] as const) {
    const value = groups[type];
    if (value !== undefined) return { type, value: type === 'text' ? value.replaceAll("''", "'") : value };
  }
  return { type: 'end', value: '' };
}
