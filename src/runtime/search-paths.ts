import { delimiter, join } from 'node:path';
import type { FunctionSpec } from './invocation.ts';
import { runtimeFamily } from './runtime-family.ts';
import type { Environment, HandlerEnvironmentOptions } from './worker-environment.ts';

/** Lists of folders, in which a function may name places of its layers itself. */
const LISTS = ['PATH', 'LD_LIBRARY_PATH', 'NODE_PATH', 'PYTHONPATH'] as const;

/**
 * Where programs, libraries and modules are looked for, in Lambda's order: its package, then its layers.
 * A function's own variable replaces the one of Lambda, as it does there.
 * https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html
 */
export function searchPaths(spec: FunctionSpec, options: HandlerEnvironmentOptions): Environment {
  const { opt, kept } = options;
  const layer = (...places: readonly string[]): readonly string[] =>
    opt === undefined ? [] : places.map((place) => join(opt, place));
  const found: Record<string, string> = {
    LD_LIBRARY_PATH: [spec.root, join(spec.root, 'lib'), ...layer('lib')].join(delimiter),
    ...(opt === undefined
      ? {}
      : { PATH: [...(kept.PATH?.split(delimiter) ?? []), ...layer('bin')].join(delimiter) }),
    ...modulePaths(spec, options.runtimeDirectory, layer),
  };
  for (const name of LISTS) {
    const own = spec.environment[name];
    if (own === undefined) continue;
    // Lambda's Python looks into layers without being told by this variable.
    const more = name === 'PYTHONPATH' ? layer(...pythonPlaces(spec.runtime)) : [];
    found[name] = [...own.split(delimiter).map((folder) => inOpt(folder, opt)), ...more].join(delimiter);
  }
  return found;
}

/** A path below /opt as it is on this machine; any other as it is. */
export function inOpt(path: string, opt: string | undefined): string {
  return opt !== undefined && /^\/opt(\/|$)/.test(path) ? join(opt, path.slice('/opt'.length)) : path;
}

/** A path of the package as it is named in Lambda. */
export function inTask(path: string, root: string): string {
  return path.startsWith('/var/task/') ? join(root, path.slice('/var/task/'.length)) : path;
}

function modulePaths(
  { runtime, root }: FunctionSpec,
  runtimeDirectory: string,
  layer: (...places: readonly string[]) => readonly string[],
): Environment {
  switch (runtimeFamily(runtime)) {
    case 'nodejs': {
      const version = /\d+/.exec(runtime)?.[0] ?? '';
      const places = [`nodejs/node${version}/node_modules`, 'nodejs/node_modules'];
      return { NODE_PATH: [...layer(...places), root].join(delimiter) };
    }
    case 'python':
      return { PYTHONPATH: [...layer(...pythonPlaces(runtime)), runtimeDirectory].join(delimiter) };
    default:
      return {};
  }
}

function pythonPlaces(runtime: string): readonly string[] {
  return [`python/lib/${runtime}/site-packages`, 'python'];
}
