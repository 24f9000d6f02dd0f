import { InvalidArgumentError } from 'commander';

/** Lambda's rule: https://docs.aws.amazon.com/lambda/latest/api/API_Environment.html */
const NAME = /^[A-Za-z][A-Za-z0-9_]+$/;

/**
 * One of several `--env NAME=VALUE`; `--env NAME` takes the value that the variable has here, so that a secret need not be
 * on a command line, which every process of the machine can read.
 */
export function keyValue(
  text: string,
  before: Readonly<Record<string, string>>,
  env: NodeJS.ProcessEnv = process.env,
): Readonly<Record<string, string>> {
  const [name = ''] = text.split('=', 1);
  // The text is not repeated: it may hold a secret.
  if (!NAME.test(name))
    throw new InvalidArgumentError('Expected NAME=VALUE with a name of two or more of A-Z, a-z, 0-9 and _.');
  const value = text.includes('=') ? text.slice(name.length + 1) : env[name];
  if (value === undefined)
    throw new InvalidArgumentError(`Expected a variable ${name} in this shell, found none.`);
  return { ...before, [name]: value };
}
