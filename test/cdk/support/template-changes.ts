import { isDeepStrictEqual } from 'node:util';
import type { Resource } from './deployed-stack.ts';

type Resources = Readonly<Record<string, Resource>>;

export type TemplateChanges = {
  /** Types of the new resources, sorted. */
  readonly added: readonly string[];
  /** Logical ids. */
  readonly removed: readonly string[];
  /** By logical id: dotted paths of what is another value, sorted. A list counts as one value. */
  readonly changed: Readonly<Record<string, readonly string[]>>;
};

/** What an update of a stack would do. */
export function changesOf(before: string, after: string): TemplateChanges {
  const [old, current] = [before, after].map((text) => JSON.parse(text).Resources as Resources);
  if (old === undefined || current === undefined) throw new Error('expected two templates');
  return {
    added: Object.entries(current)
      .filter(([id]) => !(id in old))
      .map(([, { Type }]) => Type)
      .sort(),
    removed: Object.keys(old).filter((id) => !(id in current)),
    changed: Object.fromEntries(
      Object.entries(old)
        .map(([id, resource]) => [id, differences(resource, current[id]).sort()] as const)
        .filter(([id, paths]) => id in current && paths.length > 0),
    ),
  };
}

function differences(before: unknown, after: unknown, path: readonly string[] = []): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isRecord(before) || !isRecord(after)) return [path.join('.')];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
    differences(before[key], after[key], [...path, key]),
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
