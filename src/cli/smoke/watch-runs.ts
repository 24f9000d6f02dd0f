import { relative } from 'node:path';
import type { SmokeWatch } from './smoke-watch.ts';

export type WatchRunsOptions = {
  readonly seen: Pick<SmokeWatch, 'changes' | 'changesSoFar'>;
  readonly run: () => Promise<void>;
  readonly configurationFile: string;
  /** What names of files are relative to. */
  readonly root: string;
  readonly signal: AbortSignal;
  readonly notice: (text: string) => void;
};

/** What functions write is data, and what developers change in the midst of a run is most often code. */
const CODE = /\.(?:[cm]?[jt]sx?|py)$/;

/**
 * Runs again when something changes. What changes while a run goes on, a developer may have changed, or a function: once
 * it is run again for, and if that changes something as well, only for code. Rejects when aborted.
 */
export async function watchRuns(options: WatchRunsOptions): Promise<never> {
  const { seen, run, root, signal, notice } = options;
  const tell = (files: ReadonlySet<string>): void => {
    const { configurationFile } = options;
    if (!files.has(configurationFile)) return;
    notice(`${configurationFile} changed: end this llx and start it again to use it.`);
  };
  let isAgain = false;
  for (;;) {
    await run();
    const during = await seen.changesSoFar(signal);
    tell(during);
    const causes = [...during].filter((file) => !isAgain || CODE.test(file));
    isAgain = causes.length > 0;
    if (isAgain) continue;
    const [first] = during;
    if (first !== undefined) {
      const others = during.size === 1 ? '' : ` and ${during.size - 1} more`;
      notice(`Not run again for what changes at each run: ${relative(root, first)}${others}.`);
    }
    notice('Waiting for changes. Ctrl-C ends.');
    tell(await seen.changes(signal));
  }
}
