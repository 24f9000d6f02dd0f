import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import type { FunctionReference } from '../function-name.ts';
import type { FunctionRegistry } from '../function-registry.ts';
import { pageOf, pageSize, readMarker } from '../functions/page.ts';
import { constraintError, operationTarget } from '../invocations/operation-target.ts';
import { resourceConflict, resourceNotFound } from '../lambda-errors.ts';
import { type FunctionUrl, type InvokeMode, type UrlAuthType, urlIdOf } from './function-url.ts';
import { readCors } from './url-cors.ts';
import type { UrlTable } from './url-table.ts';

const PATH = '/2021-10-31/functions/{FunctionName}/url';

export type UrlOperationDependencies = {
  readonly registry: FunctionRegistry;
  readonly urls: UrlTable;
  readonly region: string;
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
        const { name, qualifier } = urlTarget(call, registry, 'lambda:CreateFunctionUrlConfig');
        const arn = registry.arnOf({ name, qualifier });
        if (urls.get(name, qualifier) !== undefined) {
          throw resourceConflict(
            `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
          );
        }
        const at = now();
        const url: FunctionUrl = {
          urlId: urlIdOf(arn),
          functionName: name,
          qualifier,
          authType: authTypeOf(call.input.AuthType),
          invokeMode: invokeModeOf(call.input.InvokeMode ?? 'BUFFERED'),
          cors: readCors(call.input.Cors),
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
        output: describe(existingUrl(call, deps, 'lambda:GetFunctionUrlConfig'), deps),
      }),
    },
    {
      name: 'UpdateFunctionUrlConfig',
      route: { method: 'PUT', path: PATH },
      support: 'supported',
      handle(call) {
        const before = existingUrl(call, deps, 'lambda:UpdateFunctionUrlConfig');
        const { AuthType, InvokeMode, Cors } = call.input;
        const url: FunctionUrl = {
          ...before,
          authType: AuthType === undefined ? before.authType : authTypeOf(AuthType),
          invokeMode: InvokeMode === undefined ? before.invokeMode : invokeModeOf(InvokeMode),
          // An empty structure takes it away.
          cors: Cors === undefined ? before.cors : withoutNothing(readCors(Cors)),
          lastModified: now(),
        };
        urls.put(url);
        return { output: describe(url, deps) };
      },
    },
    {
      name: 'DeleteFunctionUrlConfig',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle(call) {
        urls.delete(existingUrl(call, deps, 'lambda:DeleteFunctionUrlConfig').urlId);
        return { status: 204 };
      },
    },
    {
      name: 'ListFunctionUrlConfigs',
      route: { method: 'GET', path: '/2021-10-31/functions/{FunctionName}/urls' },
      support: 'supported',
      handle(call) {
        const { name } = operationTarget(call, registry, 'lambda:ListFunctionUrlConfigs');
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
function urlTarget(call: OperationCall, registry: FunctionRegistry, action: string): FunctionReference {
  const reference = operationTarget(call, registry, action);
  const { qualifier } = reference;
  if (qualifier !== undefined && /^(?:\$LATEST|\d+)$/.test(qualifier)) {
    const pattern = '((?!^\\d+$)^[0-9a-zA-Z-_]+$)';
    throw constraintError('qualifier', qualifier, `satisfy regular expression pattern: ${pattern}`);
  }
  return reference;
}

function existingUrl(call: OperationCall, deps: UrlOperationDependencies, action: string): FunctionUrl {
  const { name, qualifier } = urlTarget(call, deps.registry, action);
  const url = deps.urls.get(name, qualifier);
  if (url === undefined) throw resourceNotFound('The resource you requested does not exist.');
  return url;
}

function authTypeOf(value: unknown): UrlAuthType {
  if (value === 'NONE' || value === 'AWS_IAM') return value;
  throw constraintError('authType', value, 'satisfy enum value set: [NONE, AWS_IAM]');
}

function invokeModeOf(value: unknown): InvokeMode {
  if (value === 'BUFFERED' || value === 'RESPONSE_STREAM') return value;
  throw constraintError('invokeMode', value, 'satisfy enum value set: [RESPONSE_STREAM, BUFFERED]');
}

function withoutNothing(cors: FunctionUrl['cors']): FunctionUrl['cors'] {
  return cors === undefined || Object.keys(cors).length === 0 ? undefined : cors;
}

function describe(
  { urlId, functionName, qualifier, authType, invokeMode, cors, createdAt, lastModified }: FunctionUrl,
  { registry, region, endpoint }: UrlOperationDependencies,
): Readonly<Record<string, unknown>> {
  const { protocol, port } = new URL(endpoint());
  return {
    FunctionUrl: `${protocol}//${urlId}.lambda-url.${region}.localhost${port === '' ? '' : `:${port}`}/`,
    FunctionArn: registry.arnOf({ name: functionName, qualifier }),
    AuthType: authType,
    ...(cors === undefined ? {} : { Cors: cors }),
    CreationTime: new Date(createdAt).toISOString(),
    LastModifiedTime: new Date(lastModified).toISOString(),
    InvokeMode: invokeMode,
  };
}
