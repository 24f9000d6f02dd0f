import type { FunctionSpec } from '../invocation.ts';
import { type RuntimeFamily, runtimeFamily } from '../runtime-family.ts';

/** Names of images by Lambda's runtime (`nodejs24.x`), by family (`nodejs`), or `default` for all others. */
export type ContainerImages = Readonly<Record<string, string>>;

/** https://docs.aws.amazon.com/lambda/latest/dg/images-create.html: AWS's own, which anybody may pull. */
const REGISTRY = 'public.ecr.aws/lambda';

/** The image that a function runs in. Undefined for a runtime that llx does not run. */
export function imageOf(
  { runtime }: Pick<FunctionSpec, 'runtime'>,
  images: ContainerImages = {},
): string | undefined {
  const family = runtimeFamily(runtime);
  if (family === undefined) return undefined;
  return images[runtime] ?? images[family] ?? images.default ?? awsImage(family, runtime);
}

function awsImage(family: RuntimeFamily, runtime: string): string {
  switch (family) {
    case 'nodejs':
      return `${REGISTRY}/nodejs:${runtime.replace(/^nodejs|\.x$/g, '')}`;
    case 'python':
      return `${REGISTRY}/python:${runtime.replace('python', '')}`;
    case 'provided':
      return `${REGISTRY}/provided:${runtime.replace(/^provided\.?/, '') || 'al2023'}`;
  }
}

/** Whether an image has a runtime of Lambda in it, started by its own entry point. */
export function hasOwnRuntime(entrypoint: string | readonly string[] | null | undefined): boolean {
  return [entrypoint ?? []].flat().some((part) => part.endsWith('lambda-entrypoint.sh'));
}
