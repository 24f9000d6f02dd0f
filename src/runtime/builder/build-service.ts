type Esbuild = typeof import('esbuild');

/** How often esbuild's process was given up. There is one for all builds of this process, and esbuild owns it. */
let givenUp = 0;

/**
 * Works with esbuild, and once more, with a new process of its own, when that had ended: Ctrl-C in an editor that llx has
 * started reaches every process of the terminal, and esbuild does not come back by itself
 * (https://github.com/evanw/esbuild/issues/3480). Contexts of the old process are useless then; `work` makes new ones.
 */
export async function withBuildService<Result>(work: (esbuild: Esbuild) => Promise<Result>): Promise<Result> {
  const esbuild = await import('esbuild');
  const seen = givenUp;
  try {
    return await work(esbuild);
  } catch (error) {
    if (!isServiceGone(error)) throw error;
    // Several builds meet the same end; the first of them sees to the process that the others then get, too.
    if (givenUp === seen) {
      givenUp += 1;
      await esbuild.stop();
    }
    return await work(esbuild);
  }
}

/** esbuild has no code for it. */
function isServiceGone(error: unknown): boolean {
  return error instanceof Error && /^The service (?:was stopped|is no longer running)/.test(error.message);
}
