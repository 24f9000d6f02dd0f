import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import type { FunctionReference } from '../function-name.ts';
import { invalidParameter } from '../lambda-errors.ts';
import { configurationOf, updating } from './configuration.ts';
import type { FunctionDeps } from './function-deps.ts';
import { checkUnzippedSize, findLayers } from './function-layers.ts';
import { type FunctionVersion, versionNumber } from './function-settings.ts';
import { Members } from './members.ts';
import { deployedFunctionOf } from './operation-function.ts';
import { readPackage } from './package-source.ts';
import { architecturesOf, readSettings } from './read-settings.ts';
import { publish, published } from './version-operations.ts';

const PATH = '/2015-03-31/functions/{FunctionName}';

/** What changes or deletes a function. */
export function changeOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    {
      name: 'UpdateFunctionCode',
      route: { method: 'PUT', path: `${PATH}/code` },
      support: 'partial',
      note: 'code as in CreateFunction',
      handle: (call) => updateCode(call, deps),
    },
    {
      name: 'UpdateFunctionConfiguration',
      route: { method: 'PUT', path: `${PATH}/configuration` },
      support: 'partial',
      note: 'settings as in CreateFunction',
      handle: (call) => updateConfiguration(call, deps),
    },
    {
      name: 'DeleteFunction',
      route: { method: 'DELETE', path: PATH },
      support: 'supported',
      handle: (call) => deleteFunction(call, deps),
    },
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html */
async function updateCode(call: OperationCall, deps: FunctionDeps): Promise<OperationAnswer> {
  const { name } = latestOf(call, deps, 'UpdateFunctionCode');
  const members = new Members(call.input);
  const revisionId = members.text('RevisionId');
  const isDryRun = members.boolean('DryRun') ?? false;
  const shouldPublish = members.boolean('Publish') ?? false;
  const before = deps.functions.find({ name, qualifier: undefined });
  const Architectures = architecturesOf(members, before.settings.Architectures);
  members.check();
  deps.editor.checkRevision(before, revisionId);
  const source = await readPackage(members, deps.code);
  await checkUnzippedSize({ ...before.code, package: source }, deps);
  const changeOf = ({ code, settings }: FunctionVersion): Pick<FunctionVersion, 'code' | 'settings'> => ({
    code: { ...code, package: source },
    settings: { ...settings, Architectures },
  });
  if (isDryRun) return { output: latest({ ...before, ...changeOf(before) }, deps) };
  const after = deps.editor.change(name, revisionId, changeOf);
  if (!shouldPublish) return { output: latest(after, deps) };
  return { output: updating(published(await publish(name, {}, deps), deps)) };
}

/** https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionConfiguration.html */
async function updateConfiguration(call: OperationCall, deps: FunctionDeps): Promise<OperationAnswer> {
  const { name } = latestOf(call, deps, 'UpdateFunctionConfiguration');
  const members = new Members(call.input);
  const revisionId = members.text('RevisionId');
  const named = members.list('Layers');
  const before = deps.functions.find({ name, qualifier: undefined });
  deps.editor.checkRevision(before, revisionId);
  // What is wrong with the request itself is said before what is wrong with its layers.
  readSettings(members, name, before.settings);
  const layers = named === undefined ? undefined : findLayers(named, deps);
  if (layers !== undefined) await checkUnzippedSize({ ...before.code, layers: layers.hashes }, deps);
  const after = deps.editor.change(name, revisionId, ({ code, settings }) => {
    const { Layers, ...changed } = { Layers: settings.Layers, ...readSettings(members, name, settings) };
    if (changed.Role !== settings.Role) deps.checkRole(call.principal, changed.Role);
    if (layers !== undefined) {
      return { code: { ...code, layers: layers.hashes }, settings: { ...changed, ...layers.settings } };
    }
    return { code, settings: Layers === undefined ? changed : { ...changed, Layers } };
  });
  return { output: latest(after, deps) };
}

function deleteFunction(call: OperationCall, deps: FunctionDeps): OperationAnswer {
  const { name, qualifier } = deployedFunctionOf(call, deps, 'DeleteFunction');
  if (qualifier === undefined) {
    deps.editor.delete(name);
  } else if (qualifier === '$LATEST') {
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
  } else if (!/^\d+$/.test(qualifier)) {
    throw invalidParameter('Deletion of aliases is not currently supported.');
  } else {
    const number = versionNumber(qualifier);
    // A version that is not there is deleted without a word.
    if (number !== undefined) deps.editor.deleteVersion(name, number);
  }
  return { status: 204 };
}

function latest(version: FunctionVersion, deps: FunctionDeps): NonNullable<OperationAnswer['output']> {
  const arn = deps.functions.arnOf(version.functionName);
  return updating(configurationOf(version, arn, deps.scope));
}

function latestOf(call: OperationCall, deps: FunctionDeps, action: string): FunctionReference {
  const reference = deployedFunctionOf(call, deps, action);
  if (reference.qualifier === undefined || reference.qualifier === '$LATEST') return reference;
  throw invalidParameter(
    'Published versions and aliases cannot be changed. Please specify either a function name or an unqualified function ARN.',
  );
}
