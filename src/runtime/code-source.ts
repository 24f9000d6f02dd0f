import type { Failure } from './outcome.ts';

/** One state of a function's code on disk. Its file stays there until it is neither the newest nor in use. */
export interface Generation {
  /** Absolute; another name for other contents. */
  readonly file: string;
  /** Each call is matched by one `release`. */
  retain(): void;
  release(): void;
}

/** A function's code as its pool sees it. */
export type CodeState =
  /** Not asked for yet, or being built. */
  | { readonly status: 'pending' }
  | { readonly status: 'ready'; readonly generation: Generation }
  /** Nothing can run until it is mended; every invocation is answered with this. */
  | { readonly status: 'failed'; readonly failure: Failure };

/** Code that a developer edits. */
export interface SourceCode {
  readonly state: CodeState;
  /** Makes it ready, where that was not done yet or has failed. What becomes of it goes to its listeners. */
  refresh(): void;
  /** Resolves when nothing is being made. */
  settled(): Promise<void>;
}

/** A deployed package: one generation, whose file is not ours to delete. */
export function packageGeneration(file: string): Generation {
  return { file, retain() {}, release() {} };
}
