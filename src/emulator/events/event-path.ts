import { isObject } from '../json-object.ts';

/**
 * The value at a path of EventBridge: `$`, `$.detail.order.id`, `$.resources[0]`, `$.detail['first-name']`. Undefined
 * where there is none, or the path is none.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 */
export function valueAt(event: unknown, path: string): unknown {
  const steps = stepsOf(path);
  if (steps === undefined) return undefined;
  return steps.reduce<unknown>((value, step) => {
    if (typeof step === 'number') return Array.isArray(value) ? value[step] : undefined;
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  }, event);
}

/** Names of members and places in lists; undefined for a text that is no path. */
export function stepsOf(path: string): readonly (string | number)[] | undefined {
  if (!/^\$(?:\.[\w-]+|\[\d{1,6}\]|\['[^']+'\])*$/.test(path)) return undefined;
  return [...path.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(
    ([, member, index, quoted]) => member ?? quoted ?? Number(index),
  );
}
