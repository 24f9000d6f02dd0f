import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { LlxError } from '../../errors/llx-error.ts';
import type { FunctionSpec } from '../invocation.ts';
import type { LoadedCode } from '../worker.ts';

/** In the order in which they are tried. */
const SOURCE_EXTENSIONS = ['ts', 'tsx', 'mts', 'cts', 'js', 'mjs', 'cjs', 'jsx'];
/** Those of Lambda's own loader, after the bare name. */
const PACKAGE_EXTENSIONS = ['', 'js', 'mjs', 'cjs'];

export type HandlerSetting = Pick<FunctionSpec, 'name' | 'handler' | 'root' | 'code'>;

/**
 * The file and the export that a handler setting names: `src/orders.create` is `create` in `src/orders.ts`. As in
 * Lambda the file's name ends at its first dot, so `src/a.b.handler` is `b.handler` in `src/a`; where no such file
 * exists a later dot may be its end (`src/my.orders.handler`), and an extension may be given (`src/a.ts.handler`).
 *
 * @throws LlxError `LLX_HANDLER_FILE`, with the files that were looked for.
 */
export function resolveEntry(setting: HandlerSetting): LoadedCode {
  const candidates = entryCandidates(setting);
  const found = candidates.find(({ file }) => isFile(file));
  if (found) return found;
  const installed = setting.code === 'package' ? inNodePath(setting) : undefined;
  if (installed instanceof Error || installed === undefined) throw noSuchFile(setting, candidates, installed);
  return installed;
}

/** Every file that the setting may mean, the best first; absolute. */
export function entryCandidates({ handler, root, code }: HandlerSetting): readonly LoadedCode[] {
  const extensions = code === 'source' ? SOURCE_EXTENSIONS : PACKAGE_EXTENSIONS;
  return splits(handler).flatMap(({ path, rest }) => {
    const stem = resolve(root, path);
    const given = /^(\w+)\.(.+)$/.exec(rest);
    const [, extension = '', exportPath = ''] = given ?? [];
    const explicit = SOURCE_EXTENSIONS.includes(extension)
      ? [{ file: `${stem}.${extension}`, exportPath }]
      : [];
    return [
      ...explicit,
      ...extensions.map((ending) => ({ file: ending === '' ? stem : `${stem}.${ending}`, exportPath: rest })),
    ];
  });
}

function splits(handler: string): readonly { readonly path: string; readonly rest: string }[] {
  const name = handler.lastIndexOf('/') + 1;
  const found = [];
  // A first character that is a dot is part of a name, as in `.build`.
  for (let dot = handler.indexOf('.', name + 1); dot !== -1; dot = handler.indexOf('.', dot + 1)) {
    if (dot < handler.length - 1) found.push({ path: handler.slice(0, dot), rest: handler.slice(dot + 1) });
  }
  return found;
}

/** A module installed in the package, which is what Lambda's loader tries last. */
function inNodePath({ handler, root }: HandlerSetting): LoadedCode | Error | undefined {
  const [split] = splits(handler);
  if (!split) return undefined;
  try {
    return { file: createRequire(join(root, 'package.json')).resolve(split.path), exportPath: split.rest };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function noSuchFile(
  { name, handler, root }: HandlerSetting,
  candidates: readonly LoadedCode[],
  cause: Error | undefined,
): LlxError {
  const expected = `expected the handler '${handler}' of ${name} to name a file and an export`;
  const looked = candidates.map(({ file }) => file).join(', ');
  return new LlxError('LLX_HANDLER_FILE', {
    message:
      candidates.length === 0 ? `${expected}, found no dot in it` : `${expected}, found none of ${looked}`,
    mend: `write it as a path relative to ${root}, a dot and the name of the export: src/hello.handler`,
    cause,
  });
}
