import { basename } from 'node:path';
import { RuntimeError } from './runtime-error.ts';

export type HandlerName = {
  /** Folder below the task root, possibly empty. */
  readonly folder: string;
  /** File without extension. */
  readonly module: string;
  /** `handler`, or nested: `orders.create`. */
  readonly exportPath: string;
};

/**
 * Lambda's handler setting, `folder/module.export.nested`: the file name ends at its first dot.
 *
 * @throws RuntimeError `Runtime.MalformedHandlerName`, with the texts of Lambda's Node runtime.
 */
export function parseHandlerName(handler: string): HandlerName {
  if (handler.includes('..')) {
    throw new RuntimeError(
      'Runtime.MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    );
  }
  const file = basename(handler);
  const dot = file.indexOf('.');
  if (dot === -1) throw new RuntimeError('Runtime.MalformedHandlerName', 'Bad handler');
  const folder = handler.slice(0, handler.indexOf(file));
  return { folder, module: file.slice(0, dot), exportPath: file.slice(dot + 1) };
}
