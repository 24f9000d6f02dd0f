import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import { resourceNotFound } from '../lambda-errors.ts';
import {
  type Configuration,
  configurationOf,
  configuredConfiguration,
  listedConfiguration,
} from './configuration.ts';
import type { FunctionDeps } from './function-deps.ts';
import { versionText } from './function-settings.ts';
import { Members } from './members.ts';
import { namedFunction } from './operation-function.ts';
import { pageOf, pageSize, readMarker } from './page.ts';

const PATH = '/2015-03-31/functions';

/** What shows functions: deployed ones and those of the configuration. */
export function readOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    {
      name: 'GetFunction',
      route: { method: 'GET', path: `${PATH}/{FunctionName}` },
      support: 'supported',
      handle: (call) => getFunction(call, deps),
    },
    {
      name: 'GetFunctionConfiguration',
      route: { method: 'GET', path: `${PATH}/{FunctionName}/configuration` },
      support: 'supported',
      handle(call) {
        const { configuration } = show(call, deps, 'GetFunctionConfiguration');
        return { output: configuration };
      },
    },
    {
      name: 'ListFunctions',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        call.authorize('lambda:ListFunctions', '*');
        return { output: listFunctions(call.query, deps) };
      },
    },
    {
      name: 'GetAccountSettings',
      route: { method: 'GET', path: '/2016-08-19/account-settings' },
      support: 'supported',
      handle(call) {
        call.authorize('lambda:GetAccountSettings', '*');
        return { output: accountSettings(deps) };
      },
    },
  ];
}

function getFunction(call: OperationCall, deps: FunctionDeps): OperationAnswer {
  const { name, configuration, sha256 } = show(call, deps, 'GetFunction');
  const tags = deps.tags.of(name);
  const reserved = deps.reservedConcurrency(name);
  return {
    output: {
      Configuration: configuration,
      // A developer's directory has no package.
      ...(sha256 === undefined
        ? {}
        : { Code: { RepositoryType: 'S3', Location: deps.links.linkTo(sha256) } }),
      ...(Object.keys(tags).length === 0 ? {} : { Tags: tags }),
      ...(reserved === undefined ? {} : { Concurrency: { ReservedConcurrentExecutions: reserved } }),
    },
  };
}

function show(
  call: OperationCall,
  deps: FunctionDeps,
  action: string,
): { readonly name: string; readonly configuration: Configuration; readonly sha256?: string } {
  const reference = namedFunction(call, deps, action);
  const { name, qualifier } = reference;
  const arn = deps.functions.arnOf(name, qualifier);
  const configured = deps.registry.configured(name);
  if (configured !== undefined) {
    if (qualifier !== undefined && qualifier !== '$LATEST') {
      throw resourceNotFound(`Function not found: ${arn}`);
    }
    return { name, configuration: configuredConfiguration(configured, arn, deps.roleArnOf(name)) };
  }
  const version = deps.functions.find(reference);
  const configuration = configurationOf(version, arn, deps.scope);
  const { package: code } = version.code;
  return { name, configuration, ...(code.kind === 'zip' ? { sha256: code.sha256 } : {}) };
}

/** One function or version of a list, and where it stands. */
type Listed = {
  readonly name: string;
  readonly version: number;
  readonly show: () => Configuration;
};

function listFunctions(query: URLSearchParams, deps: FunctionDeps): Readonly<Record<string, unknown>> {
  const members = new Members({ FunctionVersion: query.get('FunctionVersion') });
  const which = members.text('FunctionVersion', { values: ['ALL'] });
  members.check();
  const size = pageSize(query);
  const [name = '', version = -1] = readMarker(query);
  const after = { functionName: String(name), version: Number(version) };
  const deployed =
    which === 'ALL'
      ? deps.functions.versions.allAfter(after, size + 1)
      : deps.functions.versions.latestAfter(after.functionName, size + 1);
  const arnOf = (functionName: string, number: number): string =>
    deps.functions.arnOf(functionName, which === 'ALL' ? versionText(number) : undefined);
  const listed: readonly Listed[] = [
    ...configuredAfter(after.functionName, deps).map((functionName) => ({
      name: functionName,
      version: 0,
      show: () => configured(functionName, arnOf(functionName, 0), deps),
    })),
    ...deployed
      .filter(({ functionName }) => deps.registry.configured(functionName) === undefined)
      .map((kept) => ({
        name: kept.functionName,
        version: kept.version,
        show: () => listedConfiguration(kept, arnOf(kept.functionName, kept.version)),
      })),
  ].sort((one, other) => compare(one.name, other.name) || one.version - other.version);
  const page = pageOf(listed, size, (last) => [last.name, last.version]);
  return { Functions: page.items.map((item) => item.show()), ...page.next };
}

function configuredAfter(name: string, { registry }: FunctionDeps): readonly string[] {
  return registry.configuredNames().filter((configuredName) => compare(configuredName, name) > 0);
}

function configured(name: string, arn: string, deps: FunctionDeps): Configuration {
  const found = deps.registry.configured(name);
  return found === undefined ? {} : configuredConfiguration(found, arn, deps.roleArnOf(name));
}

/** As SQLite sorts: names are ASCII. */
function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
function accountSettings(deps: FunctionDeps): Readonly<Record<string, unknown>> {
  const zips = deps.functions.versions
    .codes()
    .map(({ package: code }) => (code.kind === 'zip' ? code.size : 0));
  return {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: deps.unreservedConcurrency(),
    },
    AccountUsage: {
      TotalCodeSize: zips.reduce((sum, size) => sum + size, 0),
      FunctionCount: deps.functions.versions.count() + deps.registry.configuredNames().length,
    },
  };
}
