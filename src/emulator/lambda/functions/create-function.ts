import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import { checkScope, parseFunctionName } from '../function-name.ts';
import { invalidParameter, resourceConflict } from '../lambda-errors.ts';
import { configurationOf, creating } from './configuration.ts';
import type { FunctionDeps } from './function-deps.ts';
import { checkUnzippedSize, findLayers } from './function-layers.ts';
import { Members } from './members.ts';
import { readPackage } from './package-source.ts';
import { readSettings } from './read-settings.ts';
import { readTags } from './tag-operations.ts';
import { publish } from './version-operations.ts';

/** https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html */
export function createFunctionOperation(deps: FunctionDeps): ApiOperation {
  return {
    name: 'CreateFunction',
    route: { method: 'POST', path: '/2015-03-31/functions' },
    support: 'partial',
    note: 'code as ZipFile, or as a directory of this machine (S3Bucket __local__, S3Key its absolute path), which is run as it is and read again by UpdateFunctionCode; Node.js, Python and provided runtimes; VpcConfig and Architectures are shown and change nothing; dead letters go to queues; no images, file systems, code signing or capacity providers',
    handle: (call) => createFunction(call, deps),
  };
}

async function createFunction(call: OperationCall, deps: FunctionDeps): Promise<OperationAnswer> {
  const members = new Members(call.input);
  const { name, qualifier, ...scope } = parseFunctionName(members.requiredText('FunctionName'));
  checkScope({ name, qualifier, ...scope }, deps.scope);
  if (qualifier !== undefined) throw invalidParameter('A function cannot be created with a qualifier.');
  call.authorize('lambda:CreateFunction', deps.functions.arnOf(name));
  const source = members.structure('Code');
  if (source === undefined) members.problem('Code', undefined, 'Member must not be null');
  if (members.text('PackageType', { values: ['Zip', 'Image'] }) === 'Image') {
    throw invalidParameter("llx's emulator does not take PackageType Image: it runs packages of type Zip.");
  }
  const settings = readSettings(members, name, undefined);
  const shouldPublish = members.boolean('Publish') ?? false;
  const tags = readTags(members) ?? {};
  deps.checkRole(call.principal, settings.Role);
  const layers = findLayers(members.list('Layers') ?? [], deps);
  checkIsNew(name, deps);
  // The last of the checks, because it costs most: what it stores is removed again if nothing comes of it.
  const code = await readPackage(source ?? members, deps.code);
  const whole = { package: code, layers: layers.hashes };
  await checkUnzippedSize(whole, deps);
  const created = deps.editor.create(
    name,
    { settings: { ...settings, ...layers.settings }, code: whole },
    () => deps.tags.put(name, tags),
  );
  const version = shouldPublish ? await publish(name, {}, deps) : created;
  return {
    status: 201,
    output: creating(configurationOf(version, deps.functions.arnOf(name), deps.scope)),
  };
}

function checkIsNew(name: string, { registry, functions }: FunctionDeps): void {
  if (registry.configured(name) !== undefined) {
    throw resourceConflict(`Function already exist: ${name}. It comes from the configuration of llx.`);
  }
  if (functions.exists(name)) throw resourceConflict(`Function already exist: ${name}`);
}
