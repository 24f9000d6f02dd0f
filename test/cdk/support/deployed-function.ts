import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyDocument } from '../../../src/emulator/identity/policy-document.ts';
import type { FunctionSpec } from '../../../src/runtime/invocation.ts';
import type { AssetContent, DeployedStack } from './deployed-stack.ts';
import { repository } from './synthesize.ts';

/** A function as Lambda has it after a deployment of its stack. */
export type DeployedFunction = {
  readonly spec: FunctionSpec;
  readonly role: {
    readonly name: string;
    readonly trust: PolicyDocument;
    readonly policies: readonly PolicyDocument[];
  };
};

type FunctionProperties = {
  readonly Handler: string;
  readonly Runtime: string;
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, unknown>> };
  readonly Code: { readonly S3Key?: unknown; readonly ZipFile?: string };
  readonly Layers?: readonly { readonly Ref?: string }[];
  readonly Role: { readonly 'Fn::GetAtt': readonly [string, 'Arn'] };
};

/**
 * Lays a synthesized function out below `root` as Lambda does below `/`: its package as `var/task`, its layers as `opt`,
 * the SDK of the runtime beside them.
 */
export async function deployFunction(
  stack: DeployedStack,
  logicalId: string,
  root: string,
): Promise<DeployedFunction> {
  const properties = stack.resource(logicalId).Properties as FunctionProperties;
  const task = join(root, 'var', 'task');
  await Promise.all([task, join(root, 'opt')].map((folder) => mkdir(folder, { recursive: true })));
  await symlink(join(repository, 'node_modules'), join(root, 'var', 'node_modules'));
  await unpack(stack.asset(properties.Code), task);
  for (const { Ref } of properties.Layers ?? []) {
    if (Ref === undefined) continue;
    const { Content } = stack.resource(Ref).Properties as { readonly Content: { readonly S3Key: unknown } };
    await unpack(stack.asset(Content), join(root, 'opt'));
  }
  const name = stack.physicalName(logicalId);
  return {
    spec: {
      name,
      arn: stack.resolve({ 'Fn::GetAtt': [logicalId, 'Arn'] }) as string,
      handler: properties.Handler.replace(/^\/opt\//, `${root}/opt/`),
      runtime: properties.Runtime,
      timeoutMs: (properties.Timeout ?? 3) * 1000,
      memoryMb: properties.MemorySize ?? 128,
      environment: stack.resolve(properties.Environment?.Variables ?? {}) as Readonly<Record<string, string>>,
      root: task,
      code: 'package',
    },
    role: roleOf(stack, properties.Role['Fn::GetAtt'][0]),
  };
}

/** The role with all that the stack attaches to it. */
function roleOf(stack: DeployedStack, logicalId: string): DeployedFunction['role'] {
  const { AssumeRolePolicyDocument, Policies = [] } = stack.resource(logicalId).Properties as {
    readonly AssumeRolePolicyDocument: unknown;
    readonly Policies?: readonly { readonly PolicyDocument: unknown }[];
  };
  const attached = stack
    .resourcesOf('AWS::IAM::Policy')
    .map(({ Properties }) => Properties as { readonly PolicyDocument: unknown; readonly Roles?: unknown })
    .filter(({ Roles = [] }) => (stack.resolve(Roles) as string[]).includes(stack.physicalName(logicalId)));
  return {
    name: stack.physicalName(logicalId),
    trust: stack.resolve(AssumeRolePolicyDocument) as PolicyDocument,
    policies: [...Policies, ...attached].map(
      ({ PolicyDocument }) => stack.resolve(PolicyDocument) as PolicyDocument,
    ),
  };
}

async function unpack(asset: AssetContent, folder: string): Promise<void> {
  if (asset.type === 'folder') await cp(asset.path, folder, { recursive: true });
  // As Lambda names it: CommonJS, unless a package.json beside it says otherwise.
  else await writeFile(join(folder, 'index.js'), asset.text);
}
