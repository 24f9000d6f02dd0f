import {
  type Check,
  integer,
  list,
  memberPath,
  object,
  type Problems,
  record,
  text,
} from '../../checks/check.ts';
import { didYouMean } from '../../checks/near-miss.ts';
import { checkApis } from '../../manifest/check-apis.ts';
import { isLane } from '../../protocol/topics.ts';
import { runtimeFamily } from '../../runtime/runtime-family.ts';
import { environment } from './environment.ts';
import { functionRole, iam } from './iam.ts';
import type { LlxConfig } from './llx-config.ts';
import { recordRules } from './record.ts';
import { checkIot } from './topic-rules.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html: FunctionName, without ARN forms. */
const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;
export function isFunctionName(name: string): boolean {
  return FUNCTION_NAME.test(name);
}

/** `file.export`, nested exports included. Lambda refuses `..`, and looks for the handler below the task root. */
const HANDLER = /^(?!\/)(?!.*\.\.)(?:[^\s/]+\/)*[^\s/.]+(?:\.[^\s/.]+)+$/;
const HANDLER_LENGTH = 128;

const handler = text(
  "a file below the configuration, a dot and an export, such as 'src/hello.handler'",
  (written) => written.length <= HANDLER_LENGTH && HANDLER.test(written),
);

const stringRecord: Check<Readonly<Record<string, string>>> = (written, path, problems) => {
  const entries = record(text('a string'), 'an object of strings')(written, path, problems);
  return entries && Object.fromEntries(entries);
};

const functionFields = {
  handler,
  runtime: text(
    "a runtime of Lambda that llx runs: 'nodejs24.x', 'python3.13', 'provided.al2023'",
    (written) => runtimeFamily(written) !== undefined,
  ),
  timeout: integer(1, 900, ' (seconds)'),
  memory: integer(128, 10_240, ' (MiB)'),
  environment,
  role: functionRole,
  deployed: handler,
  bundling: object(
    {
      external: list(text('a package name'), 'a list of package names'),
      define: stringRecord,
      loader: stringRecord,
      tsconfig: text('a file relative to the configuration', (written) => written !== ''),
    },
    'an object',
  ),
};

const FUNCTION = "an object such as { handler: 'src/hello.handler' }";
const FUNCTIONS = "an object such as { hello: { handler: 'src/hello.handler' } }";

type Functions = NonNullable<LlxConfig['functions']>;

const ownFunctions: Check<Functions> = (written, path, problems) => {
  const checkOne = object(functionFields, FUNCTION, ['handler']);
  const entries = record(checkOne, FUNCTIONS, checkFunctionName)(written, path, problems);
  if (isEmpty(written)) problems.push(`${path}: expected at least one function, found an empty object.`);
  return entries && Object.fromEntries(entries);
};

/** Beside a CDK app a handler may stay unsaid, and a function may be named as its construct is. */
const appFunctions: Check<Functions> = (written, path, problems) => {
  const entries = record(object(functionFields, FUNCTION), FUNCTIONS)(written, path, problems);
  return entries && Object.fromEntries(entries);
};

const otherFields = {
  region: text("a region such as 'us-east-1'", (written) => /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(written)),
  account: text("twelve digits in quotes, such as '000000000000'", (written) => /^\d{12}$/.test(written)),
  fixtures: text('a folder relative to the configuration', (written) => written !== ''),
  lane: text('a lane: 1 to 32 of a-z, 0-9 and -', isLane),
  iam,
  apis: checkApis,
  record: recordRules,
  iot: checkIot,
};

const ownConfig = object({ functions: ownFunctions, ...otherFields }, 'an object with the key functions', [
  'functions',
]);
const appConfig = object({ functions: appFunctions, ...otherFields }, 'an object');

/**
 * Looks at all of a configuration. Says every problem with its path, what was expected and what was found; without
 * problems `config` is all that was written, and what was left out is absent.
 *
 * @param besideApp whether it stands beside a CDK app, whose manifest has the functions.
 */
export function checkConfig(
  written: unknown,
  besideApp = false,
): {
  readonly config: LlxConfig & { readonly functions: Functions };
  readonly problems: readonly string[];
} {
  const problems: Problems = [];
  const { functions = {}, ...rest } = (besideApp ? appConfig : ownConfig)(written, '', problems) ?? {};
  checkRoleNames(functions, rest.iam?.roles, problems);
  return { config: { functions, ...rest }, problems };
}

/** A name that is none of those that are written is a slip: such a role would be allowed everything. */
function checkRoleNames(
  functions: Functions,
  roles: Readonly<Record<string, unknown>> | undefined,
  problems: Problems,
): void {
  if (roles === undefined) return;
  const known = Object.keys(roles);
  for (const [name, { role }] of Object.entries(functions)) {
    if (role === undefined || role.startsWith('arn:') || Object.hasOwn(roles, role)) continue;
    const at = memberPath(memberPath('functions', name), 'role');
    problems.push(
      `${at}: expected a role of iam.roles (${known.join(', ')}), found "${role}".${didYouMean(role, known)}`,
    );
  }
}

function checkFunctionName(name: string, path: string, problems: Problems): void {
  if (isFunctionName(name)) return;
  problems.push(`${memberPath(path, name)}: expected a function name of 1 to 64 letters, digits, - or _.`);
}

function isEmpty(written: unknown): boolean {
  return (
    typeof written === 'object' &&
    written !== null &&
    !Array.isArray(written) &&
    Object.keys(written).length === 0
  );
}
