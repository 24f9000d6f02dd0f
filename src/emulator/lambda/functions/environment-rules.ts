import { RESERVED_VARIABLES } from '../../../lambda/reserved-variables.ts';
import { invalidParameter, validationFailed } from '../lambda-errors.ts';

/** Of the JSON of all variables. */
const LONGEST_BYTES = 4096;

/** @throws AwsError 400 for variables that a function cannot have, with Lambda's texts */
export function checkVariables(variables: Readonly<Record<string, string>>): void {
  const names = Object.keys(variables);
  const reserved = names.filter((name) => RESERVED_VARIABLES.has(name));
  if (reserved.length > 0) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  }
  if (!names.every((name) => /^[a-zA-Z][a-zA-Z0-9_]+$/.test(name))) {
    throw validationFailed(
      // AWS shows no variables: they may be secrets.
      "Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]",
    );
  }
  const measured = JSON.stringify(variables);
  if (Buffer.byteLength(measured) > LONGEST_BYTES) {
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: ${measured}`,
    );
  }
  // A process cannot have it, and would not start.
  if (Object.values(variables).some((value) => value.includes('\0'))) {
    throw invalidParameter('The environment variables you have provided contain a NUL character.');
  }
}
