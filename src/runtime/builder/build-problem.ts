import { relative, resolve } from 'node:path';
import type { Message } from 'esbuild';
import type { BuildProblem } from '../invocation.ts';
import type { Failure } from '../outcome.ts';

/**
 * What esbuild throws, as problems with absolute files. Anything else that is thrown is one problem without a place.
 *
 * @param root esbuild's working directory.
 */
export function buildProblems(thrown: unknown, root: string): readonly BuildProblem[] {
  if (isBuildFailure(thrown) && thrown.errors.length > 0) {
    return thrown.errors.map((message) => buildProblem(message, root));
  }
  return [{ text: thrown instanceof Error ? thrown.message : String(thrown) }];
}

function buildProblem({ text, location }: Message, root: string): BuildProblem {
  if (!location || (location.namespace !== '' && location.namespace !== 'file')) return { text };
  const { file, line, lineText } = location;
  // esbuild counts columns in bytes of UTF-8, from 0.
  const before = Buffer.from(lineText).subarray(0, location.column).toString();
  return { text, location: { file: resolve(root, file), line, column: before.length + 1, lineText } };
}

/** The answer to an invocation of a function that does not build: one line for each problem, paths relative to `root`. */
export function buildFailure(problems: readonly BuildProblem[], root: string): Failure {
  const errorType = 'Llx.BuildError';
  const errorMessage = problems.map((problem) => problemLine(problem, root)).join('\n');
  const payload = Buffer.from(JSON.stringify({ errorType, errorMessage, trace: [] }));
  return { status: 'failed', failure: 'build', errorType, payload };
}

/** `src/hello.ts:3:14: Expected ";" but found "x"` */
export function problemLine({ text, location }: BuildProblem, root: string): string {
  const hint = missingSdk(text);
  if (!location) return text;
  return `${relative(root, location.file)}:${location.line}:${location.column}: ${text}${hint}`;
}

/** Lambda's Node runtimes bring the AWS SDK, so many functions do not list what they import of it. */
function missingSdk(text: string): string {
  const name = /^Could not resolve "(@(?:aws-sdk|smithy)\/[^/"]+)/.exec(text)?.[1];
  return name === undefined ? '' : ` (Lambda brings it; here: npm install --save-dev ${name})`;
}

/** What an import that was not found says it wants: `./orders`, `left-pad`. Else undefined. */
export function missingImport({ text }: BuildProblem): string | undefined {
  return /^Could not resolve "(.+)"$/.exec(text)?.[1];
}

/** Thrown by esbuild for code that does not build. */
export function isBuildFailure(thrown: unknown): thrown is { readonly errors: readonly Message[] } {
  return thrown instanceof Error && 'errors' in thrown && Array.isArray(thrown.errors);
}
