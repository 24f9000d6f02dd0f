import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../json-object.ts';
import type { SqlExpression, SqlOperator } from './sql-expression.ts';
import { callFunction } from './sql-functions.ts';
import type { SqlField, SqlStatement } from './sql-parser.ts';

/** A message as a rule sees it. */
export type RuleMessage = {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** The payload, where it is JSON; else undefined. */
  readonly document: unknown;
  /** Absent for messages that came over HTTP. */
  readonly clientId: string | undefined;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly account: string;
};

/** What a rule's actions get. */
export type Selection = {
  readonly bytes: Uint8Array;
  readonly isJson: boolean;
};

/** As bytes. `SELECT *` gives a message as it came, JSON or not; the rest makes JSON. */
export function selectBytes(statement: SqlStatement, message: RuleMessage): Selection | undefined {
  if (isWhole(statement)) {
    if (!applies(statement, message)) return undefined;
    return { bytes: message.payload, isJson: message.document !== undefined };
  }
  const selected = evaluateSql(statement, message);
  return selected === undefined ? undefined : { bytes: Buffer.from(JSON.stringify(selected)), isJson: true };
}

/**
 * What a statement makes of a message: undefined where its WHERE is anything but true, or where nothing is left of it.
 * Nothing in it fails: what cannot be reckoned is `undefined`, as AWS's SQL has it, and is left out.
 */
export function evaluateSql(statement: SqlStatement, message: RuleMessage): unknown {
  const { value, fields } = statement;
  if (!applies(statement, message)) return undefined;
  if (isWhole(statement)) return message.document;
  if (value !== undefined) return evaluate(value, message);
  const selected: Record<string, unknown> = Object.create(null);
  for (const [index, field] of fields.entries()) select(selected, field, index, message);
  return { ...selected };
}

function applies({ where }: SqlStatement, message: RuleMessage): boolean {
  return where === undefined || evaluate(where, message) === true;
}

/** `SELECT *`, `SELECT VALUE *` */
function isWhole({ value, fields }: SqlStatement): boolean {
  if (value !== undefined) return value.type === 'payload';
  const [first] = fields;
  return fields.length === 1 && first?.expression.type === 'payload' && first.name === undefined;
}

function select(
  selected: Record<string, unknown>,
  { expression, name }: SqlField,
  index: number,
  message: RuleMessage,
): void {
  const value = evaluate(expression, message);
  if (expression.type === 'payload' && name === undefined) {
    if (isObject(value)) Object.assign(selected, value);
  } else if (value !== undefined) {
    selected[name ?? nameOf(expression) ?? String(index)] = value;
  }
}

/** Without AS a member has its own name, and a call that of its function. */
function nameOf(expression: SqlExpression): string | undefined {
  if (expression.type === 'member' || expression.type === 'call') return expression.name;
  return undefined;
}

function evaluate(expression: SqlExpression, message: RuleMessage): unknown {
  switch (expression.type) {
    case 'literal':
      return expression.value;
    case 'payload':
      return message.document;
    case 'member':
      return memberOf(
        expression.of === undefined ? message.document : evaluate(expression.of, message),
        expression.name,
      );
    case 'item':
      return itemOf(evaluate(expression.of, message), evaluate(expression.index, message));
    case 'list':
      return expression.items.map((item) => evaluate(item, message));
    case 'operation':
      return operate(expression.operator, expression.left, expression.right, message);
    case 'not': {
      const value = evaluate(expression.of, message);
      return typeof value === 'boolean' ? !value : undefined;
    }
    case 'negative': {
      const value = numberOf(evaluate(expression.of, message));
      return value === undefined ? undefined : -value;
    }
    case 'in': {
      const [value, list] = [evaluate(expression.value, message), evaluate(expression.list, message)];
      const items: readonly unknown[] | undefined = Array.isArray(list) ? list : undefined;
      return items?.some((item) => isDeepStrictEqual(item, value));
    }
    case 'case': {
      const branch = expression.branches.find(({ when }) => evaluate(when, message) === true);
      return evaluate(branch?.result ?? expression.otherwise, message);
    }
    case 'call': {
      const { name, arguments: given } = expression;
      // `encode(*, 'base64')` is of the bytes, which need not be JSON.
      const [first] = given;
      const isOfBytes = name === 'encode' && first?.type === 'payload';
      const values = given.map((one) => evaluate(one, message));
      return callFunction(name, isOfBytes ? [message.payload, ...values.slice(1)] : values, message);
    }
  }
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function itemOf(value: unknown, index: unknown): unknown {
  if (Array.isArray(value)) return typeof index === 'number' ? value[index] : undefined;
  return typeof index === 'string' ? memberOf(value, index) : undefined;
}

function operate(
  operator: SqlOperator,
  leftSide: SqlExpression,
  rightSide: SqlExpression,
  message: RuleMessage,
): unknown {
  const [left, right] = [evaluate(leftSide, message), evaluate(rightSide, message)];
  switch (operator) {
    case 'and':
      return typeof left === 'boolean' && typeof right === 'boolean' ? left && right : undefined;
    case 'or':
      return (
        left === true || right === true || (typeof left === 'boolean' && right === false ? false : undefined)
      );
    case '=':
    case '<>': {
      if (left === undefined || right === undefined) return undefined;
      return isSame(left, right) === (operator === '=');
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compare(operator, left, right);
    case '+':
      if (typeof left === 'string' || typeof right === 'string') return joined(left, right);
      return reckon(operator, left, right);
    default:
      return reckon(operator, left, right);
  }
}

function isSame(left: unknown, right: unknown): boolean {
  if (typeof left !== typeof right) {
    const [a, b] = [numberOf(left), numberOf(right)];
    return a !== undefined && a === b;
  }
  return isDeepStrictEqual(left, right);
}

function compare(operator: '<' | '<=' | '>' | '>=', left: unknown, right: unknown): boolean | undefined {
  if (typeof left === 'string' && typeof right === 'string') return inOrder(operator, left, right);
  const [a, b] = [numberOf(left), numberOf(right)];
  return a === undefined || b === undefined ? undefined : inOrder(operator, a, b);
}

function inOrder<T extends string | number>(operator: '<' | '<=' | '>' | '>=', left: T, right: T): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function joined(left: unknown, right: unknown): string | undefined {
  const texts = [left, right].filter((one) => ['string', 'number', 'boolean'].includes(typeof one));
  return texts.length === 2 ? texts.map(String).join('') : undefined;
}

function reckon(operator: '+' | '-' | '*' | '/' | '%', left: unknown, right: unknown): number | undefined {
  const [a, b] = [numberOf(left), numberOf(right)];
  if (a === undefined || b === undefined) return undefined;
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[operator];
  return Number.isFinite(result) ? result : undefined;
}

/** A number, or a text that is one. */
function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?\s*$/.test(value)) return undefined;
  return Number(value);
}
