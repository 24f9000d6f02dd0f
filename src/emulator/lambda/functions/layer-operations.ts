import type { StoredCode } from '../../code/code-store.ts';
import { zipDirectory } from '../../code/zip-directory.ts';
import { constraintViolation } from '../../constraint-violation.ts';
import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import { resourceNotFound, validationFailed } from '../lambda-errors.ts';
import { timestamp } from './configuration.ts';
import type { FunctionDeps } from './function-deps.ts';
import { versionNumber } from './function-settings.ts';
import { isInScope, LAYER_VERSION_PATTERN, layerArn, parseLayerArn } from './layer-arn.ts';
import type { LayerVersion } from './layer-table.ts';
import { Members } from './members.ts';
import { readPackage } from './package-source.ts';
import { pageOf, pageSize, readMarker } from './page.ts';
import { ALL_RUNTIMES } from './runtimes.ts';

const LAYERS = '/2018-10-31/layers';
const VERSIONS = `${LAYERS}/{LayerName}/versions`;
/** Of ListLayers and ListLayerVersions. */
const MOST_ITEMS = 50;

const NAME = /^[a-zA-Z0-9-_]{1,140}$/;
const NAME_PATTERN = '(arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\\d{12}:layer:[a-zA-Z0-9-_]+)|[a-zA-Z0-9-_]+';

/** https://docs.aws.amazon.com/lambda/latest/api/API_PublishLayerVersion.html */
export function layerOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    {
      name: 'PublishLayerVersion',
      route: { method: 'POST', path: VERSIONS },
      support: 'partial',
      note: 'content as ZipFile, or a directory of this machine as in CreateFunction, of which a copy is kept',
      handle: (call) => publishLayer(call, deps),
    },
    {
      name: 'GetLayerVersion',
      route: { method: 'GET', path: `${VERSIONS}/{VersionNumber}` },
      support: 'supported',
      handle(call) {
        const name = layerName(call, deps);
        return { output: found(name, calledVersion(call), 'GetLayerVersion', call, deps) };
      },
    },
    {
      name: 'GetLayerVersionByArn',
      // The same path as ListLayers: its handler looks at the query.
      route: { method: 'GET', path: `${LAYERS}?find=LayerVersion` },
      support: 'supported',
      handle: (call) => getLayerByArn(call, deps),
    },
    {
      name: 'ListLayers',
      route: { method: 'GET', path: LAYERS },
      support: 'supported',
      handle: (call) =>
        call.query.get('find') === 'LayerVersion' ? getLayerByArn(call, deps) : listLayers(call, deps),
    },
    {
      name: 'ListLayerVersions',
      route: { method: 'GET', path: VERSIONS },
      support: 'supported',
      handle: (call) => listLayerVersions(call, deps),
    },
    {
      name: 'DeleteLayerVersion',
      route: { method: 'DELETE', path: `${VERSIONS}/{VersionNumber}` },
      support: 'supported',
      handle(call) {
        const name = layerName(call, deps);
        const version = calledVersion(call);
        call.authorize('lambda:DeleteLayerVersion', `${layerArn(deps.scope, name)}:${version}`);
        const layer = deps.layers.get(name, version);
        deps.layers.delete(name, version);
        if (layer !== undefined) deps.code.release(layer.code.sha256);
        return { status: 204 };
      },
    },
  ];
}

async function publishLayer(call: OperationCall, deps: FunctionDeps): Promise<OperationAnswer> {
  const name = layerName(call, deps);
  call.authorize('lambda:PublishLayerVersion', layerArn(deps.scope, name));
  const members = new Members(call.input);
  const description = members.text('Description', { max: 256 }) ?? '';
  const license = members.text('LicenseInfo', { max: 512 });
  const runtimes = members.list('CompatibleRuntimes', { max: 15, each: { values: ALL_RUNTIMES } });
  const architectures = members.list('CompatibleArchitectures', {
    max: 2,
    each: { values: ['x86_64', 'arm64'] },
  });
  const content = members.structure('Content');
  if (content === undefined) members.problem('Content', undefined, 'Member must not be null');
  members.check();
  const layer = deps.layers.publish({
    name,
    created: deps.clock.now(),
    code: await storedContent(content ?? members, deps),
    settings: {
      Description: description,
      ...(license === undefined ? {} : { LicenseInfo: license }),
      ...(runtimes === undefined ? {} : { CompatibleRuntimes: runtimes }),
      ...(architectures === undefined ? {} : { CompatibleArchitectures: architectures }),
    },
  });
  return { status: 201, output: withContent(layer, deps) };
}

/** Versions of layers never change. */
async function storedContent(content: Members, deps: FunctionDeps): Promise<StoredCode> {
  const source = await readPackage(content, deps.code);
  if (source.kind === 'zip') return { sha256: source.sha256, size: source.size };
  return await deps.code.put(await zipDirectory(source.path));
}

function getLayerByArn(call: OperationCall, deps: FunctionDeps): OperationAnswer {
  const arn = call.query.get('Arn') ?? '';
  const layer = parseLayerArn(arn);
  if (layer?.version === undefined) {
    throw validationFailed(
      constraintViolation(
        'Arn',
        arn,
        `Member must satisfy regular expression pattern: ${LAYER_VERSION_PATTERN}`,
      ),
    );
  }
  if (!isInScope(layer, deps.scope)) throw noSuchLayer();
  return { output: found(layer.name, layer.version, 'GetLayerVersion', call, deps) };
}

function listLayers(call: OperationCall, deps: FunctionDeps): OperationAnswer {
  call.authorize('lambda:ListLayers', '*');
  const size = pageSize(call.query, MOST_ITEMS);
  const [after = ''] = readMarker(call.query);
  const page = pageOf(deps.layers.namesAfter(String(after), size + 1), size, (name) => [name]);
  const Layers = page.items.flatMap((name) => {
    const [newest] = matching(deps.layers.versionsBefore(name, Number.MAX_SAFE_INTEGER, -1), call.query);
    if (newest === undefined) return [];
    return [
      { LayerName: name, LayerArn: layerArn(deps.scope, name), LatestMatchingVersion: shown(newest, deps) },
    ];
  });
  return { output: { Layers, ...page.next } };
}

function listLayerVersions(call: OperationCall, deps: FunctionDeps): OperationAnswer {
  const name = layerName(call, deps);
  call.authorize('lambda:ListLayerVersions', layerArn(deps.scope, name));
  const size = pageSize(call.query, MOST_ITEMS);
  const [before = Number.MAX_SAFE_INTEGER] = readMarker(call.query);
  const versions = matching(deps.layers.versionsBefore(name, Number(before), -1), call.query);
  const page = pageOf(versions.slice(0, size + 1), size, (layer) => [layer.version]);
  return { output: { LayerVersions: page.items.map((layer) => shown(layer, deps)), ...page.next } };
}

/** A layer that names no runtimes fits none of those that are asked for. */
function matching(layers: readonly LayerVersion[], query: URLSearchParams): readonly LayerVersion[] {
  const runtime = query.get('CompatibleRuntime');
  const architecture = query.get('CompatibleArchitecture');
  return layers.filter(
    ({ settings }) =>
      (runtime === null || (settings.CompatibleRuntimes?.includes(runtime) ?? false)) &&
      (architecture === null || (settings.CompatibleArchitectures?.includes(architecture) ?? false)),
  );
}

function found(
  name: string,
  version: number,
  action: string,
  call: OperationCall,
  deps: FunctionDeps,
): Readonly<Record<string, unknown>> {
  call.authorize(`lambda:${action}`, `${layerArn(deps.scope, name)}:${version}`);
  const layer = deps.layers.get(name, version);
  if (layer === undefined) throw noSuchLayer();
  return withContent(layer, deps);
}

function withContent(layer: LayerVersion, deps: FunctionDeps): Readonly<Record<string, unknown>> {
  const { sha256, size } = layer.code;
  return {
    Content: { Location: deps.links.linkTo(sha256), CodeSha256: sha256, CodeSize: size },
    LayerArn: layerArn(deps.scope, layer.name),
    ...shown(layer, deps),
  };
}

function shown(layer: LayerVersion, deps: FunctionDeps): Readonly<Record<string, unknown>> {
  return {
    LayerVersionArn: `${layerArn(deps.scope, layer.name)}:${layer.version}`,
    Version: layer.version,
    CreatedDate: timestamp(layer.created),
    ...layer.settings,
  };
}

/** A name, or an ARN without a version. */
function layerName(call: OperationCall, deps: FunctionDeps): string {
  const given = call.path.LayerName ?? '';
  const layer = parseLayerArn(given);
  if (layer !== undefined && layer.version === undefined) {
    if (!isInScope(layer, deps.scope)) throw noSuchLayer();
    return layer.name;
  }
  if (NAME.test(given)) return given;
  throw validationFailed(
    constraintViolation(
      'LayerName',
      given,
      `Member must satisfy regular expression pattern: ${NAME_PATTERN}`,
    ),
  );
}

function calledVersion(call: OperationCall): number {
  const number = versionNumber(call.path.VersionNumber ?? '');
  if (number === undefined || number === 0) throw noSuchLayer();
  return number;
}

function noSuchLayer(): Error {
  return resourceNotFound('The resource you requested does not exist.');
}
