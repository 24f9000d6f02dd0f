import { parseHandlerName } from '../lambda/handler-name.ts';
import { resolveEntry } from './builder/entry.ts';
import type { FunctionSpec } from './invocation.ts';
import { runtimeFamily } from './runtime-family.ts';
import { inOpt } from './search-paths.ts';
import { bootstrapEntry, pythonEntry } from './source/source-entry.ts';
import type { LoadedCode } from './worker.ts';

/**
 * The file that a function's handler names, and what in it.
 *
 * @param opt absolute: what stands for /opt.
 * @throws RuntimeError `Runtime.MalformedHandlerName` of a package's handler that is none.
 * @throws LlxError `LLX_HANDLER_FILE` where it is not there. Whether a package of another language than Node.js has it
 * is for its own runtime to say, in its own words.
 */
export function codeEntry(spec: FunctionSpec, opt: string | undefined): LoadedCode {
  const family = runtimeFamily(spec.runtime);
  if (family === 'nodejs') {
    // Lambda's loader refuses first what leads out of the package, whether it is there or not.
    if (spec.code === 'package') parseHandlerName(spec.handler);
    return withOpt(resolveEntry({ ...spec, handler: inOpt(spec.handler, opt) }), opt);
  }
  if (spec.code === 'package') return withOpt({ file: spec.root, exportPath: spec.handler }, opt);
  const { file } = family === 'python' ? pythonEntry(spec) : bootstrapEntry(spec);
  return withOpt({ file, exportPath: spec.handler }, opt);
}

function withOpt(code: LoadedCode, opt: string | undefined): LoadedCode {
  return opt === undefined ? code : { ...code, opt };
}
