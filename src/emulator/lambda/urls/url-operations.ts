import { constraintViolation } from '../../constraint-violation.ts';
import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import { addressBelow } from '../../server/public-endpoint.ts';
import type { FunctionReference } from '../function-name.ts';
import { Members } from '../functions/members.ts';
import { existingFunction, type FunctionLookup } from '../functions/operation-function.ts';
import { pageOf, pageSize, readMarker } from '../functions/page.ts';
import { resourceConflict, resourceNotFound, validationFailed } from '../lambda-errors.ts';
import { type FunctionUrl, urlIdOf } from './function-url.ts';
import { readCors } from './url-cors.ts';
import type { UrlTable } from './url-table.ts';

const PATH = '/2021-10-31/functions/{FunctionName}/url';
const AUTH_TYPES = ['NONE', 'AWS_IAM'] as const;
const INVOKE_MODES = ['RESPONSE_STREAM', 'BUFFERED'] as const;

export type UrlOperationDependencies = FunctionLookup & {
  readonly urls: UrlTable;
  /** `http://127.0.0.1:4566` */
  readonly endpoint: () => string;
  /** Epoch milliseconds. */
  readonly now: () => number;
};

/** https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html */
export function urlOperations(deps: UrlOperationDependencies): readonly ApiOperation[] {
  const { registry, urls, now } = deps;
  return [
    {
      name: 'CreateFunctionUrlConfig',
      route: { method: 'POST', path: PATH },
      support: 'supported',
      handle(call) {
        const { name, qualifier } = urlTarget(call, deps, 'CreateFunctionUrlConfig');
        const arn = registry.arnOf({ name, qualifier });
        if (urls.get(name, qualifier) !== undefined) {
          throw resourceConflict(
            `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
          );
        }
        const members = new Members(call.input);
        const authType = members.requiredChoice('AuthType', AUTH_TYPES);
        const invokeMode = members.choice('InvokeMode', INVOKE_MODES) ?? 'BUFFERED';
        const cors = readCors(members);
        members.check();
        const at = now();
        const url: FunctionUrl = {
          urlId: urlIdOf(arn),
          functionName: name,
          qualifier,
          authType,
          invokeMode,
          cors,
          createdAt: at,
          lastModified: at,
        };
        urls.put(url);
        const { LastModifiedTime: _, ...output } = describe(url, deps);
        return { status: 201, output };
      },
    },
    {
      name: 'GetFunctionUrlConfig',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle: (call) => ({
        output: describe(existingUrl(call, deps, 'GetFunctionUrlConfig'), deps),
      }),
    },
    {
      name: 'UpdateFunctionUrlConfig',
      route: { method: 'PUT', path: PATH },
      support: 'supported',
      handle(call) {
        const before = existingUrl(call, deps, 'UpdateFunctionUrlConfig');
        const members = new Members(call.input);
        const authType = members.choice('AuthType', AUTH_TYPES) ?? before.authType;
        const invokeMode = members.choice('InvokeMode', INVOKE_MODES) ?? before.invokeMode;
        // An empty structure takes it away.
        const cors = withoutNothing(readCors(members) ?? before.cors);
        members.check();
        const url: FunctionUrl = { ...before, authType, invokeMode, cors, lastModified: now() };
        urls.put(url);
        return { output: describe(url, deps) };
      },
    },
    {
      name: 'DeleteFunctionUrlConfig',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        urls.delete(existingUrl(call, deps, 'DeleteFunctionUrlConfig').urlId);
        return { status: 204 };
      },
    },
    {
      name: 'ListFunctionUrlConfigs',
      route: { method: 'GET', path: '/2021-10-31/functions/{FunctionName}/urls' },
      support: 'supported',
      handle(call) {
        const { name } = existingFunction(call, deps, 'ListFunctionUrlConfigs');
        const size = pageSize(call.query, 50);
        const [after = ''] = readMarker(call.query);
        const found = urls.list(name, String(after), size + 1);
        const { items, next } = pageOf(found, size, ({ qualifier }) => [qualifier ?? '$LATEST']);
        return { output: { FunctionUrlConfigs: items.map((url) => describe(url, deps)), ...next } };
      },
    },
  ];
}

/** Of the function itself, or of an alias: versions have no URLs. */
function urlTarget(call: OperationCall, lookup: FunctionLookup, action: string): FunctionReference {
  const reference = existingFunction(call, lookup, action);
  const { qualifier } = reference;
  if (qualifier !== undefined && /^(?:\$LATEST|\d+)$/.test(qualifier)) {
    const pattern = 'Member must satisfy regular expression pattern: ((?!^\\d+$)^[0-9a-zA-Z-_]+$)';
    throw validationFailed(constraintViolation('Qualifier', qualifier, pattern));
  }
  return reference;
}

function existingUrl(call: OperationCall, deps: UrlOperationDependencies, action: string): FunctionUrl {
  const { name, qualifier } = urlTarget(call, deps, action);
  const url = deps.urls.get(name, qualifier);
  if (url === undefined) throw resourceNotFound('The resource you requested does not exist.');
  return url;
}

function withoutNothing(cors: FunctionUrl['cors']): FunctionUrl['cors'] {
  return cors === undefined || Object.keys(cors).length === 0 ? undefined : cors;
}

function describe(
  { urlId, functionName, qualifier, authType, invokeMode, cors, createdAt, lastModified }: FunctionUrl,
  { registry, scope, endpoint }: UrlOperationDependencies,
): Readonly<Record<string, unknown>> {
  return {
    FunctionUrl: `${addressBelow(endpoint(), `${urlId}.lambda-url.${scope.region}`)}/`,
    FunctionArn: registry.arnOf({ name: functionName, qualifier }),
    AuthType: authType,
    ...(cors === undefined ? {} : { Cors: cors }),
    CreationTime: new Date(createdAt).toISOString(),
    LastModifiedTime: new Date(lastModified).toISOString(),
    InvokeMode: invokeMode,
  };
}
