import { type Check, memberPath, type Problems, record } from '../../checks/check.ts';
import { RESERVED_VARIABLES } from '../../lambda/reserved-variables.ts';

/** At least two characters, the first a letter: Lambda's own pattern. */
const KEY = /^[A-Za-z][A-Za-z0-9_]+$/;

/** Of all names and values together. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const TOTAL_BYTES = 4096;

/** The environment variables of a function, by Lambda's rules. No message repeats a value: it may be a secret. */
export const environment: Check<Readonly<Record<string, string>>> = (written, path, problems) => {
  const entries = variables(written, path, problems);
  if (entries === undefined) return undefined;
  const bytes = entries.reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes > TOTAL_BYTES) {
    problems.push(`${path}: expected at most ${TOTAL_BYTES} bytes of names and values, found ${bytes}.`);
  }
  return Object.fromEntries(entries);
};

/** Says the type only of what it refuses. */
const variable: Check<string> = (written, path, problems) => {
  if (typeof written === 'string') return written;
  problems.push(
    `${path}: expected a string, found ${written === null ? 'null' : `a value of type ${typeof written}`}.`,
  );
  return undefined;
};

const variables = record(variable, "an object such as { STAGE: 'dev' }", checkKey);

function checkKey(name: string, path: string, problems: Problems): void {
  const at = memberPath(path, name);
  if (RESERVED_VARIABLES.has(name)) {
    problems.push(`${at}: expected a name of your own, found one that Lambda sets itself.`);
  } else if (!KEY.test(name)) {
    problems.push(`${at}: expected a name of at least two letters, digits or _ that begins with a letter.`);
  }
}
