import { equalJson } from '../../fixtures/equal-json.ts';
import { isObject } from '../../fixtures/event-fields.ts';

/** What differs between two JSON values, and where: `.items[3].price`. The root's path is empty. */
export type JsonChange = {
  readonly path: string;
  readonly before: JsonSide;
  readonly after: JsonSide;
};

export type JsonSide = { readonly there: false } | { readonly there: true; readonly value: unknown };

/** More changes than these say that it is another document. */
export const MOST_CHANGES = 500;

const MISSING: JsonSide = { there: false };
const NAME = /^[A-Za-z_$][\w$]*$/;

type Comparison = {
  readonly path: string;
  readonly before: JsonSide;
  readonly after: JsonSide;
};

/**
 * The places where two values differ, in the order of the second one; the order of names says nothing. What was put into a
 * list or taken out of it is told as that. A string that holds JSON on both sides is compared by what it holds. At most
 * `MOST_CHANGES`.
 */
export function diffJson(before: unknown, after: unknown): readonly JsonChange[] {
  const changes: JsonChange[] = [];
  const waiting: Comparison[] = [
    { path: '', before: { there: true, value: before }, after: { there: true, value: after } },
  ];
  for (let next = waiting.pop(); next !== undefined && changes.length < MOST_CHANGES; next = waiting.pop()) {
    if (!next.before.there || !next.after.there) {
      changes.push(next);
      continue;
    }
    const inside = compare(next.path, next.before.value, next.after.value);
    if (inside === undefined) changes.push(next);
    else waiting.push(...inside.reverse());
  }
  return changes;
}

/** What of the two has to be compared one by one; undefined: they differ as a whole. */
function compare(path: string, before: unknown, after: unknown): Comparison[] | undefined {
  if (Object.is(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(path, before, after);
  if (isObject(before) && isObject(after)) return compareObjects(path, before, after);
  if (typeof before === 'string' && typeof after === 'string') {
    const held = heldJson(before);
    const holds = held === undefined ? undefined : heldJson(after);
    if (held !== undefined && holds !== undefined) return compare(`${path}▸`, held.value, holds.value);
  }
  return undefined;
}

function compareObjects(
  path: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): Comparison[] {
  const names = [...Object.keys(after), ...Object.keys(before).filter((name) => !Object.hasOwn(after, name))];
  return names.map((name) => ({
    path: path + (NAME.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`),
    before: sideOf(before, name),
    after: sideOf(after, name),
  }));
}

function sideOf(owner: Record<string, unknown>, name: string): JsonSide {
  return Object.hasOwn(owner, name) ? { there: true, value: owner[name] } : MISSING;
}

/** What is equal at both ends stays out of it; what is left is paired in order. */
function compareLists(path: string, before: readonly unknown[], after: readonly unknown[]): Comparison[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && equalJson(before[head], after[head])) head += 1;
  let tail = 0;
  while (tail < shorter - head && equalJson(before[before.length - 1 - tail], after[after.length - 1 - tail]))
    tail += 1;
  const count = Math.max(before.length, after.length) - head - tail;
  return Array.from({ length: count }, (_, offset) => {
    const index = head + offset;
    return {
      path: `${path}[${index}]`,
      before: index < before.length - tail ? { there: true, value: before[index] } : MISSING,
      after: index < after.length - tail ? { there: true, value: after[index] } : MISSING,
    };
  });
}

function heldJson(text: string): { readonly value: unknown } | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    // Only looks like JSON: then the two strings are compared.
    return undefined;
  }
}
