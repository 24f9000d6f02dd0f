import { type Check, integer, list, object, type Problems, text } from '../../checks/check.ts';
import { runtimeFamily } from '../../runtime/runtime-family.ts';
import { environment } from '../configuration/environment.ts';

/** The file that makes a folder or a zip a package of a handler. */
export const METADATA_FILE = 'llx.package.json';

/** What a handler is called by; each a list without doubles, sorted. */
export type Triggers = {
  /** Route keys of API Gateway: `GET /users/{id}` */
  readonly routes: readonly string[];
  /** Names of SQS queues. */
  readonly queues: readonly string[];
  /** MQTT topic filters: `users/+/find` */
  readonly topics: readonly string[];
};

export type PackageMetadata = {
  /** `users/find` */
  readonly control: string;
  readonly version: string;
  readonly runtime: string;
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MiB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the files beside it: see `content-hash.ts`. */
  readonly sha256?: string;
  readonly triggers: Triggers;
};

const METHODS = ['ANY', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html */
const ROUTE_PATH =
  /^\/(?:(?:[\w.~%!$&'()*,;=:@-]+|\{\w+\})(?:\/(?:[\w.~%!$&'()*,;=:@-]+|\{\w+\}))*(?:\/\{\w+\+\})?|\{\w+\+\})?$/;
/** A name of a function is made of it. */
const CONTROL = /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/;
const LONGEST_NAME = 64;
/** https://docs.aws.amazon.com/general/latest/gr/iot-core.html#message-broker-limits */
const LONGEST_TOPIC_BYTES = 256;
const MOST_SLASHES = 7;
/** AWS's defaults: what is left out is the same for every package, whatever was deployed before. */
const DEFAULTS = { timeout: 3, memory: 128 };

const httpTrigger = object(
  {
    method: text(`one of ${METHODS.join(', ')}`, (written) => METHODS.includes(written)),
    path: text(
      "a path such as '/users/{id}' or '/files/{rest+}'",
      (written) => ROUTE_PATH.test(written) && written.length <= 200,
    ),
  },
  "an object such as { method: 'GET', path: '/users/{id}' }",
  ['method', 'path'],
);

const triggers = object(
  {
    http: list(httpTrigger, 'a list of { method, path }'),
    queues: list(
      text("the name of an SQS queue, such as 'orders' or 'orders.fifo'", (written) =>
        /^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/.test(written),
      ),
      "a list of queues, such as ['orders']",
    ),
    topics: list(
      text("an MQTT topic filter, such as 'users/+/find'", isTopicFilter),
      "a list of topic filters, such as ['users/+/find']",
    ),
  },
  'an object with http, queues and topics',
);

const metadata = object(
  {
    control: text(
      `a control path such as 'users/find', of at most ${LONGEST_NAME} characters`,
      (written) => CONTROL.test(written) && written.length <= LONGEST_NAME,
    ),
    version: text("a version such as '1.2.0'", (written) => /^\w[\w.+-]{0,63}$/.test(written)),
    runtime: text(
      "a runtime of Lambda that llx runs: 'nodejs24.x', 'python3.13', 'provided.al2023'",
      (written) => runtimeFamily(written) !== undefined,
    ),
    handler: text("a handler such as 'index.handler'", (written) => /^[^\s]{1,128}$/.test(written)),
    timeout: integer(1, 900, ' (seconds)'),
    memory: integer(128, 10_240, ' (MiB)'),
    environment,
    sha256: text('64 hexadecimal digits', (written) => /^[0-9a-f]{64}$/i.test(written)),
    triggers,
    $schema: text('the address of its schema'),
  },
  'an object',
  ['control', 'version', 'runtime', 'handler'],
);

/** Checks it whole: every problem is told, with its path. Undefined where there is one. */
export const checkMetadata: Check<PackageMetadata> = (written, path, problems) => {
  const before = problems.length;
  const found = metadata(written, path, problems);
  if (found === undefined || problems.length > before) return undefined;
  const { control, version, runtime, handler, sha256, triggers: called = {} } = found;
  if (control === undefined || version === undefined || runtime === undefined || handler === undefined) {
    return undefined;
  }
  return {
    control,
    version,
    runtime,
    handler,
    timeout: found.timeout ?? DEFAULTS.timeout,
    memory: found.memory ?? DEFAULTS.memory,
    environment: found.environment ?? {},
    ...(sha256 === undefined ? {} : { sha256: sha256.toLowerCase() }),
    triggers: {
      routes: sorted((called.http ?? []).map(({ method, path: place }) => `${method} ${place}`)),
      queues: sorted(called.queues ?? []),
      topics: sorted(called.topics ?? []),
    },
  };
};

/** The JSON of a metadata file. Undefined after `problems` were told. */
export function parseMetadata(json: string, problems: Problems): PackageMetadata | undefined {
  let written: unknown;
  try {
    written = JSON.parse(json);
  } catch (error) {
    problems.push(`expected JSON, found: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
  return checkMetadata(written, METADATA_FILE, problems);
}

function sorted(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/** No quotes and no backslashes: it stands in the SQL of a rule. */
function isTopicFilter(written: string): boolean {
  const levels = written.split('/');
  return (
    /^[^\p{C}'"\\]+$/u.test(written) &&
    Buffer.byteLength(written) <= LONGEST_TOPIC_BYTES &&
    levels.length - 1 <= MOST_SLASHES &&
    levels.every((level, index) =>
      level === '#' ? index === levels.length - 1 : level === '+' || !/[+#]/.test(level),
    )
  );
}
