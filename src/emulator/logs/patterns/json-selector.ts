import { patternError } from './pattern-error.ts';

/** A step into a value: a name, an index, or `*`. */
type Step = { readonly key: string } | 'all';

const STEP = /(?:\.?\['(?<quoted>[^']+)'\]|\[(?<index>\d+|\*)\]|\.(?<name>[^.[\]]+))/y;

/** `$.user.roles[0]`, `$.items[*].id`, `$.['a.b']`: gives all values that are found there. */
export function parseSelector(text: string): (message: object) => readonly unknown[] {
  if (!text.startsWith('$')) throw patternError(`expected $.name, found ${text.slice(0, 50)}`);
  const steps: Step[] = [];
  STEP.lastIndex = 1;
  while (STEP.lastIndex < text.length) {
    const groups = STEP.exec(text)?.groups;
    if (groups === undefined) throw patternError(`expected $.name, found ${text.slice(0, 50)}`);
    const key = groups.quoted ?? groups.index ?? groups.name ?? '';
    steps.push(key === '*' && groups.quoted === undefined ? 'all' : { key });
  }
  return (message) => {
    let found: unknown[] = [message];
    for (const step of steps) found = found.flatMap((value) => taken(value, step));
    return found;
  };
}

function taken(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === 'all') return Object.values(value);
  return Object.hasOwn(value, step.key) ? [(value as Record<string, unknown>)[step.key]] : [];
}
