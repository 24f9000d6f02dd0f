export type SqlOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | '+' | '-' | '*' | '/' | '%' | 'and' | 'or';

/** What stands in a SELECT or a WHERE. https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-reference.html */
export type SqlExpression =
  /** `undefined` is a value, too. */
  | { readonly type: 'literal'; readonly value: unknown }
  /** `*`: the whole payload. */
  | { readonly type: 'payload' }
  /** A member of the payload, or, `of` something, of that. */
  | { readonly type: 'member'; readonly name: string; readonly of?: SqlExpression }
  | { readonly type: 'item'; readonly index: SqlExpression; readonly of: SqlExpression }
  | { readonly type: 'list'; readonly items: readonly SqlExpression[] }
  | {
      readonly type: 'operation';
      readonly operator: SqlOperator;
      readonly left: SqlExpression;
      readonly right: SqlExpression;
    }
  | { readonly type: 'not' | 'negative'; readonly of: SqlExpression }
  | { readonly type: 'in'; readonly value: SqlExpression; readonly list: SqlExpression }
  | {
      readonly type: 'case';
      readonly branches: readonly { readonly when: SqlExpression; readonly result: SqlExpression }[];
      readonly otherwise: SqlExpression;
    }
  | { readonly type: 'call'; readonly name: string; readonly arguments: readonly SqlExpression[] };
