import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LlxError } from '../../errors/llx-error.ts';
import type { FunctionSpec } from '../invocation.ts';

/** Code that is run as it stands on disk. */
export type SourceEntry = {
  /** Absolute. */
  readonly file: string;
  /** Absolute: what is in it may be part of the code. */
  readonly folder: string;
  /** Of the files in it only those that end so. @default all */
  readonly extension?: string;
};

type HandlerSetting = Pick<FunctionSpec, 'name' | 'handler' | 'root'>;

/**
 * The module of a Python handler: `src/app.handler` is in `src/app.py` or `src/app/__init__.py`.
 *
 * @throws LlxError `LLX_HANDLER_FILE`
 */
export function pythonEntry(setting: HandlerSetting): SourceEntry {
  const { handler, root } = setting;
  const dot = handler.lastIndexOf('.');
  const module = handler.slice(0, Math.max(0, dot)).replaceAll('.', '/');
  const places = module === '' ? [] : [`${module}.py`, `${module}/__init__.py`];
  return { file: found(setting, places, 'src/app.handler'), folder: root, extension: '.py' };
}

/**
 * The program of an OS-only function: `bootstrap` beside the file that the handler names, else in the root. So
 * `bin/hello.handler` is run by `bin/bootstrap`.
 *
 * @throws LlxError `LLX_HANDLER_FILE`
 */
export function bootstrapEntry(setting: HandlerSetting): SourceEntry {
  const file = found(setting, bootstrapPlaces(setting), 'bin/hello.handler, with the program bin/bootstrap');
  return { file, folder: dirname(file) };
}

/** Relative to the root, the best first. */
export function bootstrapPlaces({ handler }: Pick<FunctionSpec, 'handler'>): readonly string[] {
  return [...new Set([join(dirname(handler), 'bootstrap'), 'bootstrap'])];
}

function found({ name, handler, root }: HandlerSetting, places: readonly string[], example: string): string {
  const files = places.map((place) => join(root, place));
  const file = files.find((each) => existsSync(each));
  if (file !== undefined) return file;
  throw new LlxError('LLX_HANDLER_FILE', {
    message: `expected the handler '${handler}' of ${name} to name a file, found ${
      files.length === 0 ? 'no dot in it' : `none of ${files.join(', ')}`
    }`,
    mend: `write it as a path relative to ${root}: ${example}`,
  });
}
