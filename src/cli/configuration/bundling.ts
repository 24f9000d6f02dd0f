import { resolve } from 'node:path';
import type { FunctionSpec } from '../../runtime/invocation.ts';
import type { BundlingConfig } from './llx-config.ts';

/** What the runtime's bundler gets: file names are absolute there. */
export function toBundling(
  config: BundlingConfig | undefined,
  folder: string,
): NonNullable<FunctionSpec['bundling']> {
  const { tsconfig, ...rest } = config ?? {};
  return tsconfig === undefined ? rest : { ...rest, tsconfig: resolve(folder, tsconfig) };
}
