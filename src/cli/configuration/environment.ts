import { type Check, memberPath, type Problems, record } from '../../checks/check.ts';

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_MAX_CONCURRENCY',
  'AWS_LAMBDA_METADATA_API',
  'AWS_LAMBDA_METADATA_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]);

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
  if (RESERVED.has(name)) {
    problems.push(`${at}: expected a name of your own, found one that Lambda sets itself.`);
  } else if (!KEY.test(name)) {
    problems.push(`${at}: expected a name of at least two letters, digits or _ that begins with a letter.`);
  }
}
