import type { IConstruct } from 'constructs';
import { functionConstruct, literal } from './function-resource.ts';
import { globMatches } from './glob.ts';

/** Which functions are to be live: undefined stands for all. */
export type Selection = {
  readonly fromContext: readonly string[] | undefined;
  readonly fromProps: readonly string[] | undefined;
};

/**
 * The context `llx`: absent, `false` or empty is nobody, `true` everybody, anything else comma separated globs.
 * @returns undefined for nobody.
 * @throws Error for what is no such value.
 */
export function readSelection(
  context: unknown,
  functions: readonly string[] | undefined,
): Selection | undefined {
  if (context === undefined || context === null || context === false) return undefined;
  if (context === true) return { fromContext: undefined, fromProps: functions };
  if (typeof context !== 'string') {
    throw new Error(`Expected the context llx to be true, false or globs, got ${JSON.stringify(context)}`);
  }
  const globs = context
    .split(',')
    .map((glob) => glob.trim())
    .filter((glob) => glob !== '');
  if (globs.length === 0 || context.trim() === 'false') return undefined;
  return { fromContext: context.trim() === 'true' ? undefined : globs, fromProps: functions };
}

/** The globs of the context that a function fits; undefined when it is not selected. */
export function selectingGlobs(selection: Selection, resource: IConstruct): readonly string[] | undefined {
  const names = namesOf(resource);
  const fits = (glob: string): boolean => names.some((name) => globMatches(glob, name));
  if (selection.fromProps !== undefined && !selection.fromProps.some(fits)) return undefined;
  if (selection.fromContext === undefined) return [];
  const globs = selection.fromContext.filter(fits);
  return globs.length === 0 ? undefined : globs;
}

function namesOf(resource: IConstruct): readonly string[] {
  const { path, id } = functionConstruct(resource).node;
  const physicalName = literal(resource, 'FunctionName');
  return physicalName === undefined ? [path, id] : [path, id, physicalName];
}
