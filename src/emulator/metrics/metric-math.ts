import { notImplemented } from '../http/aws-error.ts';
import { invalidValue } from './metric-input.ts';

/** Values by the start of their period in epoch milliseconds. */
export type Series = ReadonlyMap<number, number>;

/** What an expression is evaluated with. */
export type MathContext = {
  /** Of the id that an expression names. */
  readonly series: (id: string) => Series;
  /** Told of the points of each operation before it is done, so that it may refuse: an expression has a thousand. */
  readonly spend: (points: number) => void;
};

export type MetricExpression = (context: MathContext) => Series;

type Operand = Series | number;
type Node = (context: MathContext) => Operand;

const TOKEN = /\s*(?:(?<number>\d+\.?\d*(?:[eE][+-]?\d+)?)|(?<name>[A-Za-z]\w*)|(?<sign>[-+*/^(),]))/y;

const OPERATIONS: Readonly<Record<string, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
};

const DEEPEST = 50;

/**
 * Metric math of numbers, ids, `+ - * / ^`, parentheses and `FILL(id, number)`. Where a period has no value on one
 * side, or the result is no number, there is none: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 *
 * @throws AwsError 400, or 501 for other functions
 */
export function parseMetricMath(text: string): MetricExpression {
  const node = new MathParser(text).parse();
  return (context) => {
    const result = node(context);
    if (typeof result === 'number') throw invalidValue(`The expression ${text} gives no time series.`);
    return result;
  };
}

class MathParser {
  readonly #text: string;
  readonly #tokens: readonly string[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokensOf(text);
  }

  parse(): Node {
    const node = this.#sum(0);
    if (this.#next < this.#tokens.length) throw malformed(this.#text);
    return node;
  }

  #sum(depth: number): Node {
    if (depth > DEEPEST) throw malformed(this.#text);
    return this.#chain(['+', '-'], () => this.#chain(['*', '/'], () => this.#power(depth)));
  }

  #chain(signs: readonly string[], operand: () => Node): Node {
    const first = operand();
    const others: { readonly sign: string; readonly node: Node }[] = [];
    for (let sign = this.#takes(signs); sign !== undefined; sign = this.#takes(signs)) {
      others.push({ sign, node: operand() });
    }
    if (others.length === 0) return first;
    // Not one within the other: a long sum would be a deep stack.
    return (context) => {
      let left = first(context);
      for (const { sign, node } of others) left = apply(sign, left, node(context), context);
      return left;
    };
  }

  #power(depth: number): Node {
    const base = this.#unary(depth);
    return this.#takes(['^']) === undefined ? base : combined('^', base, this.#unary(depth));
  }

  #unary(depth: number): Node {
    if (depth > DEEPEST) throw malformed(this.#text);
    if (this.#takes(['-']) !== undefined) return combined('-', () => 0, this.#unary(depth + 1));
    if (this.#takes(['(']) !== undefined) {
      const inner = this.#sum(depth + 1);
      this.#expect(')');
      return inner;
    }
    const token = this.#tokens[this.#next];
    this.#next += 1;
    if (token === undefined || /^[-+*/^(),]$/.test(token)) throw malformed(this.#text);
    if (/^\d/.test(token)) return () => Number(token);
    if (this.#tokens[this.#next] !== '(') return ({ series }) => series(token);
    if (token !== 'FILL') throw notImplemented(`the function ${token.slice(0, 50)} of metric math`);
    return this.#fill(depth);
  }

  #fill(depth: number): Node {
    this.#expect('(');
    const filled = this.#sum(depth + 1);
    this.#expect(',');
    const filling = this.#sum(depth + 1);
    this.#expect(')');
    return (context) => {
      const [known, value] = [filled(context), filling(context)];
      if (typeof known === 'number' || typeof value !== 'number') throw malformed(this.#text);
      context.spend(known.size);
      return new FilledSeries(known, value);
    };
  }

  #takes(signs: readonly string[]): string | undefined {
    const token = this.#tokens[this.#next];
    if (token === undefined || !signs.includes(token)) return undefined;
    this.#next += 1;
    return token;
  }

  #expect(sign: string): void {
    if (this.#takes([sign]) === undefined) throw malformed(this.#text);
  }
}

/** Has a value wherever it is asked for one: where it meets another series. */
class FilledSeries extends Map<number, number> {
  readonly filling: number;

  constructor(known: Series, filling: number) {
    super(known);
    this.filling = filling;
  }
}

function combined(sign: string, left: Node, right: Node): Node {
  return (context) => apply(sign, left(context), right(context), context);
}

function apply(sign: string, left: Operand, right: Operand, { spend }: MathContext): Operand {
  const operation = OPERATIONS[sign] ?? (() => Number.NaN);
  if (typeof left === 'number' && typeof right === 'number') return operation(left, right);
  const times = new Set([...timesOf(left), ...timesOf(right)]);
  spend(times.size);
  const result = new Map<number, number>();
  for (const time of times) {
    const [a, b] = [at(left, time), at(right, time)];
    const value = a === undefined || b === undefined ? Number.NaN : operation(a, b);
    if (Number.isFinite(value)) result.set(time, value);
  }
  return result;
}

function timesOf(operand: Operand): Iterable<number> {
  return typeof operand === 'number' ? [] : operand.keys();
}

function at(operand: Operand, time: number): number | undefined {
  if (typeof operand === 'number') return operand;
  return operand.get(time) ?? (operand instanceof FilledSeries ? operand.filling : undefined);
}

function tokensOf(text: string): readonly string[] {
  const tokens: string[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const token = TOKEN.exec(trimmed)?.[0];
    if (token === undefined) throw malformed(text);
    tokens.push(token.trim());
  }
  return tokens;
}

function malformed(text: string): Error {
  return invalidValue(`Error in expression: ${text.slice(0, 200)}`);
}
