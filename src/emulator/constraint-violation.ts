/** More than any member may have that is told in such a sentence; the rest of a hostile value is not sent back. */
const LONGEST_SHOWN = 2100;

/**
 * How AWS's front doors word a member that does not fit the operation's model.
 * https://smithy.io/2.0/spec/constraint-traits.html
 *
 * @param name as the model has it: `MaxItems`
 * @param value shown as text; `null` where there is none
 * @param constraint `Member must not be null`
 */
export function constraintViolation(name: string, value: unknown, constraint: string): string {
  const shown = value === undefined || value === null ? 'null' : `'${String(value).slice(0, LONGEST_SHOWN)}'`;
  const member = name.charAt(0).toLowerCase() + name.slice(1);
  return `Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`;
}

/** All that is wrong with one request. */
export function violationsText(violations: readonly string[]): string {
  const errors = violations.length === 1 ? 'error' : 'errors';
  return `${violations.length} validation ${errors} detected: ${violations.join('; ')}`;
}
