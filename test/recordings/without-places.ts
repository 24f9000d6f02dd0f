/**
 * Of a local run: where AWS is, where this machine's own certificates are, and what keeps a developer's keys from its
 * functions.
 */
const OWN_VARIABLES = new Set([
  'AWS_CONFIG_FILE',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_ENDPOINT_URL',
  'AWS_SHARED_CREDENTIALS_FILE',
  'HOME',
  'NODE_EXTRA_CA_CERTS',
  'SHELL',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'TMPDIR',
]);

/** Our Node.js bootstrap has its invocations over a pipe. */
const ABSENT = ['AWS_LAMBDA_RUNTIME_API'];

/** Folders and addresses are those of the sandbox that runs a function. */
const PLACES = new Set([
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
  'LD_LIBRARY_PATH',
  'NODE_PATH',
  'PATH',
  'PWD',
  '_AWS_XRAY_DAEMON_ADDRESS',
  '_AWS_XRAY_DAEMON_PORT',
]);

/** Folders, addresses and line numbers are those of where a function runs: they are taken out of both. */
export function withoutPlaces(expected: unknown, found: unknown): readonly [unknown, unknown] {
  const [one, other] = [placeless(expected), placeless(found)];
  if (!isObject(one) || !isObject(other) || !isObject(one.environment) || !isObject(other.environment)) {
    return [one, other];
  }
  const { environment } = other;
  const known = one.environment;
  const shown = Object.entries(environment)
    .filter(([name]) => !OWN_VARIABLES.has(name))
    .map(([name, value]) => [name, PLACES.has(name) && name in known ? known[name] : value]);
  const absent = ABSENT.filter((name) => !(name in environment)).map((name) => [name, known[name]]);
  return [one, { ...other, environment: Object.fromEntries([...shown, ...absent]) }];
}

function placeless(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.replace(/File (\\?")(?:[^"\\]*\/)?([^"/\\]+)(\\?"), line \d+/g, 'File $1$2$3, line 0');
  }
  if (Array.isArray(value)) return value.map(placeless);
  if (!isObject(value) || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, placeless(member)]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
