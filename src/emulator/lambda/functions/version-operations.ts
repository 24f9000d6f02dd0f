import { zipDirectory } from '../../code/zip-directory.ts';
import type { ApiOperation, OperationAnswer, OperationCall } from '../../http/api-operation.ts';
import { invalidParameter } from '../lambda-errors.ts';
import {
  type Configuration,
  configurationOf,
  configuredConfiguration,
  listedConfiguration,
} from './configuration.ts';
import type { FunctionDeps } from './function-deps.ts';
import { type FunctionVersion, versionText } from './function-settings.ts';
import { Members } from './members.ts';
import { deployedFunctionOf, existingFunction } from './operation-function.ts';
import { pageOf, pageSize, readMarker } from './page.ts';

const PATH = '/2015-03-31/functions/{FunctionName}/versions';

export function versionOperations(deps: FunctionDeps): readonly ApiOperation[] {
  return [
    {
      name: 'PublishVersion',
      route: { method: 'POST', path: PATH },
      support: 'supported',
      handle: (call) => publishVersion(call, deps),
    },
    {
      name: 'ListVersionsByFunction',
      route: { method: 'GET', path: PATH },
      support: 'supported',
      handle(call) {
        const { name } = existingFunction(call, deps, 'ListVersionsByFunction');
        const [after = -1] = readMarker(call.query);
        const size = pageSize(call.query);
        const configured = deps.registry.configured(name);
        if (configured !== undefined) {
          const arn = deps.functions.arnOf(name, '$LATEST');
          return { output: { Versions: [configuredConfiguration(configured, arn, deps.roleArnOf(name))] } };
        }
        const start = { functionName: name, version: Number(after) };
        const page = pageOf(deps.functions.versions.ofFunctionAfter(start, size + 1), size, (last) => [
          last.version,
        ]);
        return { output: { Versions: page.items.map((version) => listed(version, deps)), ...page.next } };
      },
    },
  ];
}

async function publishVersion(call: OperationCall, deps: FunctionDeps): Promise<OperationAnswer> {
  const { name } = deployedFunctionOf(call, deps, 'PublishVersion');
  const members = new Members(call.input);
  const expected = members.text('CodeSha256');
  const description = members.text('Description', { max: 256 });
  const revisionId = members.text('RevisionId');
  members.check();
  const { code } = deps.functions.find({ name, qualifier: undefined });
  const current = code.package.kind === 'zip' ? code.package.sha256 : undefined;
  if (expected !== undefined && current !== undefined && expected !== current) {
    throw invalidParameter(
      `CodeSHA256 (${expected}) is different from current CodeSHA256 in $LATEST (${current}). Please try again with the CodeSHA256 in $LATEST.`,
    );
  }
  const version = await publish(name, { description, revisionId }, deps);
  return { status: 201, output: published(version, deps) };
}

/** Publishes `$LATEST`; of a developer's directory what is in it now is kept. */
export async function publish(
  name: string,
  options: { readonly description?: string | undefined; readonly revisionId?: string | undefined },
  deps: FunctionDeps,
): Promise<FunctionVersion> {
  const latest = deps.functions.find({ name, qualifier: undefined });
  const source = latest.code.package;
  if (source.kind === 'zip') return deps.editor.publish(name, options);
  const stored = await deps.code.put(await zipDirectory(source.path));
  return deps.editor.publish(name, {
    ...options,
    code: { ...latest.code, package: { kind: 'zip', ...stored } },
    // Who changes the function while its directory is read must not get the old code with the new settings.
    revisionId: options.revisionId ?? latest.revisionId,
  });
}

/** The answer that shows a new version, with its number in its ARN. */
export function published(version: FunctionVersion, deps: FunctionDeps): Configuration {
  const arn = deps.functions.arnOf(version.functionName, versionText(version.version));
  return configurationOf(version, arn, deps.scope);
}

function listed(version: FunctionVersion, deps: FunctionDeps): Configuration {
  const arn = deps.functions.arnOf(version.functionName, versionText(version.version));
  return listedConfiguration(version, arn);
}
