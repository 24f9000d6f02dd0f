import {
  type Check,
  integer,
  list,
  memberPath,
  object,
  type Problems,
  record,
  text,
} from '../checks/check.ts';
import type { ApiAuthorizerConfig, ApiConfig, ApiRouteConfig, ApisConfig } from './api-config.ts';

const HTTP_ROUTE = /^(?:\$default|(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) \/\S*)$/;
/** Of templates: the last two are not emulated, and let nobody through. */
const OTHER_AUTHORIZERS = ['AWS_IAM', 'JWT', 'COGNITO_USER_POOLS'];
/** It is a label of a host. */
const API_NAME = /^[A-Za-z0-9](?:[\w-]{0,61}[A-Za-z0-9])?$/;

const yesOrNo: Check<boolean> = (written, path, problems) => {
  if (typeof written === 'boolean') return written;
  problems.push(`${path}: expected true or false, found neither.`);
  return undefined;
};

function oneOf<const Value extends string>(values: readonly Value[]): Check<Value> {
  const expected = values.map((value) => `'${value}'`).join(' or ');
  return (written, path, problems) => {
    const found = values.find((value) => value === written);
    if (found === undefined) text(expected, () => false)(written, path, problems);
    return found;
  };
}

const texts = list(text('a text'), 'a list of texts');
const textRecord: Check<Readonly<Record<string, string>>> = (written, path, problems) => {
  const entries = record(text('a text'), 'an object of texts')(written, path, problems);
  return entries && Object.fromEntries(entries);
};
const payloadFormat = oneOf(['1.0', '2.0']);
const functionName = text('the name of a function', (written) => written !== '');

const cors = object(
  {
    allowOrigins: texts,
    allowMethods: texts,
    allowHeaders: texts,
    exposeHeaders: texts,
    allowCredentials: yesOrNo,
    maxAge: integer(-1, 86_400, ' (seconds)'),
  },
  "an object such as { allowOrigins: ['*'] }",
);

const authorizer = object(
  {
    function: functionName,
    type: oneOf(['request', 'token']),
    payloadFormat,
    simpleResponses: yesOrNo,
    identitySources: texts,
    cacheSeconds: integer(0, 3600, ' (seconds)'),
  },
  "an object such as { function: 'authorize' }",
  ['function'],
);

const authorizers: Check<Readonly<Record<string, ApiAuthorizerConfig>>> = (written, path, problems) => {
  const entries = record(authorizer, 'an object of authorizers')(written, path, problems);
  return (
    entries &&
    Object.fromEntries(
      entries.map(([name, { function: named = '', ...rest }]) => [name, { function: named, ...rest }]),
    )
  );
};

const mock = object(
  { status: integer(200, 599, ''), headers: textRecord },
  'an object such as { status: 204 }',
  ['status'],
);

const routeObject = object(
  {
    function: functionName,
    authorizer: text('the name of an authorizer, or AWS_IAM'),
    payloadFormat,
    timeout: integer(1, 30, ' (seconds)'),
    answers: yesOrNo,
    mock,
  },
  "the name of a function, or an object such as { function: 'orders' }",
);

const route: Check<string | ApiRouteConfig> = (written, path, problems) => {
  if (typeof written === 'string') return functionName(written, path, problems);
  const { mock: answer, ...checked } = routeObject(written, path, problems) ?? {};
  return answer?.status === undefined ? checked : { ...checked, mock: { ...answer, status: answer.status } };
};

const apiObject = object(
  {
    type: oneOf(['http', 'rest', 'websocket']),
    stage: text('the name of a stage', (written) => /^(?:\$default|[\w-]{1,128})$/.test(written)),
    stageVariables: textRecord,
    routes: record(route, "an object such as { 'GET /orders/{id}': 'orders' }"),
    cors,
    payloadFormat,
    binaryMediaTypes: texts,
    routeSelectionExpression: text("an expression such as '$request.body.action'"),
    authorizers,
  },
  "an object such as { routes: { 'GET /orders/{id}': 'orders' } }",
  ['routes'],
);

/** `apis` of a configuration file, and of a manifest. */
export const checkApis: Check<ApisConfig> = (written, path, problems) => {
  const entries = record(api, "an object such as { shop: { routes: { 'GET /': 'orders' } } }", checkName)(
    written,
    path,
    problems,
  );
  return entries && Object.fromEntries(entries);
};

function api(written: unknown, path: string, problems: Problems): ApiConfig | undefined {
  const { routes = [], ...rest } = apiObject(written, path, problems) ?? {};
  const checked = { ...rest, routes: Object.fromEntries(routes) };
  for (const [key, one] of routes) checkRoute(key, one, checked, { path, problems });
  return checked;
}

function checkRoute(
  key: string,
  written: string | ApiRouteConfig,
  { type, authorizers: known = {} }: ApiConfig,
  { path, problems }: { readonly path: string; readonly problems: Problems },
): void {
  const at = memberPath(memberPath(path, 'routes'), key);
  if (type !== 'websocket' && !HTTP_ROUTE.test(key)) {
    problems.push(`${at}: expected a method and a path such as 'GET /orders/{id}', or '$default'.`);
  }
  if (typeof written === 'string') return;
  if ((written.function === undefined) === (written.mock === undefined)) {
    problems.push(
      `${at}: expected a function or a mock, found ${written.mock === undefined ? 'neither' : 'both'}.`,
    );
  }
  const { authorizer: named } = written;
  if (named !== undefined && !OTHER_AUTHORIZERS.includes(named) && !Object.hasOwn(known, named)) {
    problems.push(
      `${at}.authorizer: expected AWS_IAM or one of the API's authorizers (${Object.keys(known).join(', ')}), found "${named}".`,
    );
  }
}

function checkName(name: string, path: string, problems: Problems): void {
  if (API_NAME.test(name)) return;
  problems.push(
    `${memberPath(path, name)}: expected a name of 1 to 63 letters, digits, - or _: it is part of a host.`,
  );
}
