import type { SqlExpression, SqlOperator } from './sql-expression.ts';
import { isSqlFunction } from './sql-functions.ts';
import { SqlError, type SqlToken, sqlTokens } from './sql-tokens.ts';

export type SqlField = { readonly expression: SqlExpression; readonly name: string | undefined };

export type SqlStatement = {
  /** `SELECT VALUE x`: the value itself, and not an object of fields. */
  readonly value: SqlExpression | undefined;
  readonly fields: readonly SqlField[];
  /** A topic filter. */
  readonly from: string;
  readonly where: SqlExpression | undefined;
};

/** Each level is a call: a statement of brackets must not end the emulator. */
const DEEPEST = 50;
/** The weakest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  ['=', '<>', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
const RESERVED = [
  'select',
  'value',
  'from',
  'where',
  'as',
  'and',
  'or',
  'not',
  'in',
  'case',
  'when',
  'then',
  'else',
  'end',
];

/**
 * `SELECT temperature, topic(2) AS device FROM 'sensors/+/data' WHERE temperature > 30`
 *
 * @throws SqlError
 */
export function parseSql(sql: string): SqlStatement {
  return new SqlParser(sqlTokens(sql)).statement();
}

/**
 * `+` is a level by itself, and so is `#`, the last one.
 *
 * @throws SqlError
 */
export function checkFilter({ from }: SqlStatement): void {
  const levels = from.split('/');
  const isFilter = levels.every(
    (level, index) =>
      !/[+#\0]/.test(level) || level === '+' || (level === '#' && index === levels.length - 1),
  );
  if (!isFilter) {
    throw new SqlError(
      `expected a topic filter in which + is a whole level and # the last one, found ${from.slice(0, 100)}`,
    );
  }
}

class SqlParser {
  readonly #tokens: readonly SqlToken[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens;
  }

  statement(): SqlStatement {
    this.#expect('select');
    const value = this.#takes('value') ? this.#expression() : undefined;
    const fields = value === undefined ? this.#list(() => this.#field()) : [];
    this.#expect('from');
    const from = this.#next();
    if (from.type !== 'text' || from.value === '')
      throw this.#unexpected('a topic filter in single quotes', from);
    const where = this.#takes('where') ? this.#expression() : undefined;
    const end = this.#next();
    if (end.type !== 'end')
      throw this.#unexpected(where === undefined ? 'WHERE, or the end' : 'the end', end);
    return { value, fields, from: from.value, where };
  }

  #field(): SqlField {
    const expression = this.#expression();
    if (!this.#takes('as')) return { expression, name: undefined };
    return { expression, name: this.#name() };
  }

  #expression(level = 0): SqlExpression {
    this.#depth += 1;
    if (this.#depth > DEEPEST)
      throw new SqlError(`expected brackets at most ${DEEPEST - LEVELS.length} deep`);
    const expression = this.#operation(level);
    this.#depth -= 1;
    return expression;
  }

  #operation(level: number): SqlExpression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#operation(level + 1);
    for (;;) {
      if (level === 2 && this.#takes('in'))
        left = { type: 'in', value: left, list: this.#operation(level + 1) };
      const operator = operators.find((one) => this.#takes(one));
      if (operator === undefined) return left;
      left = { type: 'operation', operator: operatorOf(operator), left, right: this.#operation(level + 1) };
    }
  }

  #unary(): SqlExpression {
    if (this.#takes('not')) return { type: 'not', of: this.#expression(2) };
    if (this.#takes('-')) return { type: 'negative', of: this.#expression(LEVELS.length) };
    let expression = this.#primary();
    for (;;) {
      if (this.#takes('.')) expression = { type: 'member', name: this.#name(), of: expression };
      else if (this.#takes('[')) {
        expression = { type: 'item', index: this.#expression(), of: expression };
        this.#expect(']');
      } else return expression;
    }
  }

  #primary(): SqlExpression {
    const token = this.#next();
    switch (token.type) {
      case 'number':
        return { type: 'literal', value: Number(token.value) };
      case 'text':
        return { type: 'literal', value: token.value };
      case 'quoted':
        return { type: 'member', name: token.value };
      case 'symbol':
        return this.#bracketed(token);
      case 'word':
        return this.#word(token);
      case 'end':
        throw this.#unexpected('a value', token);
    }
  }

  #bracketed(token: SqlToken): SqlExpression {
    if (token.value === '*') return { type: 'payload' };
    if (token.value === '[') {
      const items = this.#takes(']') ? undefined : this.#list(() => this.#expression());
      if (items !== undefined) this.#expect(']');
      return { type: 'list', items: items ?? [] };
    }
    if (token.value !== '(') throw this.#unexpected('a value', token);
    const items = this.#list(() => this.#expression());
    this.#expect(')');
    const [only] = items;
    // `IN (1, 2)`
    return only !== undefined && items.length === 1 ? only : { type: 'list', items };
  }

  #word(token: SqlToken): SqlExpression {
    const word = token.value.toLowerCase();
    switch (word) {
      case 'true':
      case 'false':
        return { type: 'literal', value: word === 'true' };
      case 'null':
        return { type: 'literal', value: null };
      case 'undefined':
        return { type: 'literal', value: undefined };
      case 'case':
        return this.#case();
    }
    if (RESERVED.includes(word)) throw this.#unexpected('a value', token);
    if (!this.#takes('(')) return { type: 'member', name: token.value };
    if (!isSqlFunction(word))
      throw new SqlError(`expected a function that there is, found ${token.value.slice(0, 40)}()`);
    const given = this.#takes(')') ? undefined : this.#list(() => this.#expression());
    if (given !== undefined) this.#expect(')');
    return { type: 'call', name: word, arguments: given ?? [] };
  }

  /** `CASE x WHEN 1 THEN 'a' ELSE 'b' END`, or without `x`, with conditions. */
  #case(): SqlExpression {
    const compared = this.#isNext('when') ? undefined : this.#expression();
    const branches: { when: SqlExpression; result: SqlExpression }[] = [];
    while (this.#takes('when')) {
      const given = this.#expression();
      const when: SqlExpression =
        compared === undefined ? given : { type: 'operation', operator: '=', left: compared, right: given };
      this.#expect('then');
      branches.push({ when, result: this.#expression() });
    }
    const otherwise: SqlExpression = this.#takes('else')
      ? this.#expression()
      : { type: 'literal', value: undefined };
    this.#expect('end');
    return { type: 'case', branches, otherwise };
  }

  #list<T>(one: () => T): readonly T[] {
    const items = [one()];
    while (this.#takes(',')) items.push(one());
    return items;
  }

  #name(): string {
    const token = this.#next();
    if (token.type !== 'word' && token.type !== 'quoted') throw this.#unexpected('a name', token);
    return token.value;
  }

  #next(): SqlToken {
    const token = this.#tokens[this.#at] ?? { type: 'end', value: '' };
    this.#at += 1;
    return token;
  }

  #isNext(expected: string): boolean {
    const token = this.#tokens[this.#at];
    return (token?.type === 'word' || token?.type === 'symbol') && token.value.toLowerCase() === expected;
  }

  #takes(expected: string): boolean {
    const found = this.#isNext(expected);
    if (found) this.#at += 1;
    return found;
  }

  #expect(expected: string): void {
    const token = this.#tokens[this.#at] ?? { type: 'end', value: '' };
    if (!this.#takes(expected)) throw this.#unexpected(expected.toUpperCase(), token);
  }

  #unexpected(expected: string, { type, value }: SqlToken): SqlError {
    return new SqlError(`expected ${expected}, found ${type === 'end' ? 'the end' : value.slice(0, 40)}`);
  }
}

function operatorOf(text: string): SqlOperator {
  switch (text) {
    case '=':
    case '<>':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case 'and':
    case 'or':
      return text;
    default:
      return '<>';
  }
}
