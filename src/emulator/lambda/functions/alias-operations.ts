import type { ApiOperation, OperationCall } from '../../http/api-operation.ts';
import { invalidParameter, resourceConflict, resourceNotFound, revisionMismatch } from '../lambda-errors.ts';
import type { FunctionAlias } from './alias-table.ts';
import type { FunctionDeps } from './function-deps.ts';
import { versionText } from './function-settings.ts';
import { Members } from './members.ts';
import { deployedFunctionOf, existingFunction } from './operation-function.ts';
import { pageOf, pageSize, readMarker } from './page.ts';

const PATH = '/2015-03-31/functions/{FunctionName}/aliases';
const NAME = { test: /^(?!^[0-9]+$)[a-zA-Z0-9-_]+$/, text: '(?!^[0-9]+$)([a-zA-Z0-9-_]+)' };
const VERSION = { test: /^(\$LATEST|[0-9]+)$/, text: '(\\$LATEST|[0-9]+)' };

export function aliasOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    {
      name: 'CreateAlias',
      route: { method: 'POST', path: PATH },
      support: 'supported',
      handle(call) {
        const { name: functionName } = deployedFunctionOf(call, deps, 'CreateAlias');
        const members = new Members(call.input);
        const name = members.requiredText('Name', { min: 1, max: 128, pattern: NAME });
        const version = members.requiredText('FunctionVersion', { min: 1, max: 1024, pattern: VERSION });
        const description = members.text('Description', { max: 256 }) ?? '';
        const weights = readWeights(members) ?? {};
        members.check();
        const target = targetOf(functionName, version, weights, deps);
        if (deps.functions.aliases.get(functionName, name) !== undefined) {
          throw resourceConflict(`Alias already exists: ${deps.functions.arnOf(functionName, name)}`);
        }
        const alias = deps.editor.putAlias({ functionName, name, description, ...target });
        return { status: 201, output: shown(alias, deps) };
      },
    },
    {
      name: 'GetAlias',
      route: { method: 'GET', path: `${PATH}/{Name}` },
      support: 'supported',
      handle(call) {
        const { name } = existingFunction(call, deps, 'GetAlias');
        return { output: shown(aliasOf(name, call, deps), deps) };
      },
    },
    {
      name: 'UpdateAlias',
      route: { method: 'PUT', path: `${PATH}/{Name}` },
      support: 'supported',
      handle(call) {
        const alias = aliasOf(deployedFunctionOf(call, deps, 'UpdateAlias').name, call, deps);
        const members = new Members(call.input);
        const version =
          members.text('FunctionVersion', { min: 1, max: 1024, pattern: VERSION }) ??
          versionText(alias.version);
        const description = members.text('Description', { max: 256 }) ?? alias.description;
        const weights = readWeights(members) ?? alias.weights;
        const revisionId = members.text('RevisionId');
        members.check();
        if (revisionId !== undefined && revisionId !== alias.revisionId) {
          throw revisionMismatch('GetFunction/GetAlias');
        }
        const target = targetOf(alias.functionName, version, weights, deps);
        return { output: shown(deps.editor.putAlias({ ...alias, description, ...target }), deps) };
      },
    },
    {
      name: 'DeleteAlias',
      route: { method: 'DELETE', path: `${PATH}/{Name}` },
      support: 'supported',
      handle(call) {
        const { name } = deployedFunctionOf(call, deps, 'DeleteAlias');
        const alias = call.path.Name ?? '';
        // One that is not there is deleted without a word.
        if (deps.functions.aliases.get(name, alias) !== undefined) deps.editor.deleteAlias(name, alias);
        return { status: 204 };
      },
    },
    {
      name: 'ListAliases',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const { name } = existingFunction(call, deps, 'ListAliases');
        const [after = ''] = readMarker(call.query);
        const size = pageSize(call.query);
        const version = call.query.get('FunctionVersion');
        const all = deps.functions.aliases.after(name, String(after), -1);
        const wanted = all.filter((alias) => version === null || versionText(alias.version) === version);
        const page = pageOf(wanted.slice(0, size + 1), size, (alias) => [alias.name]);
        return { output: { Aliases: page.items.map((alias) => shown(alias, deps)), ...page.next } };
      },
    },
  ];
}

function shown(alias: FunctionAlias, deps: FunctionDeps): Readonly<Record<string, unknown>> {
  const { functionName, name, version, description, weights, revisionId } = alias;
  return {
    AliasArn: deps.functions.arnOf(functionName, name),
    Name: name,
    FunctionVersion: versionText(version),
    Description: description,
    ...(Object.keys(weights).length === 0 ? {} : { RoutingConfig: { AdditionalVersionWeights: weights } }),
    RevisionId: revisionId,
  };
}

function aliasOf(functionName: string, call: OperationCall, deps: FunctionDeps): FunctionAlias {
  const name = call.path.Name ?? '';
  const alias = deps.functions.aliases.get(functionName, name);
  if (alias !== undefined) return alias;
  throw resourceNotFound(`Cannot find alias arn: ${deps.functions.arnOf(functionName, name)}`);
}

/** Weights of 0..1 by versions; an empty configuration takes them away. */
function readWeights(members: Members): Readonly<Record<string, number>> | undefined {
  const routing = members.structure('RoutingConfig');
  if (routing === undefined) return undefined;
  const weights = routing.numberMap('AdditionalVersionWeights') ?? {};
  for (const [version, weight] of Object.entries(weights)) {
    const entry = `{${version}=${weight}}`;
    if (!(weight >= 0 && weight <= 1)) {
      routing.problem(
        'AdditionalVersionWeights',
        entry,
        'Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0]',
      );
    } else if (!/^[0-9]{1,1024}$/.test(version)) {
      routing.problem(
        'AdditionalVersionWeights',
        entry,
        'Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]',
      );
    }
  }
  return weights;
}

/** @throws AwsError 400, 404 where one of the versions does not exist */
function targetOf(
  functionName: string,
  versionName: string,
  weights: Readonly<Record<string, number>>,
  deps: FunctionDeps,
): { readonly version: number; readonly weights: Readonly<Record<string, number>> } {
  const { version } = deps.functions.find({ name: functionName, qualifier: versionName });
  const others = Object.keys(weights);
  if (others.length > 1) {
    throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  }
  for (const other of others) {
    if (other === versionName) {
      throw invalidParameter(
        `Invalid function version ${other}. Function version ${other} is already included in routing configuration.`,
      );
    }
    if (version === 0) {
      throw invalidParameter('$LATEST is not supported for an alias pointing to more than 1 version');
    }
    deps.functions.find({ name: functionName, qualifier: other });
  }
  return { version, weights };
}
