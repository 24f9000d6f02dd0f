/** What a command does, step by step: on a terminal the one that runs is shown, too. */
export type StepProgress = {
  /** Begins the next step. */
  begin(text: string): void;
  /** What became of it. */
  end(text: string): void;
};

type Stream = { readonly isTTY?: boolean; write(text: string): unknown };

const ERASE_LINE = '\r\u001b[K';

/** `[1/3] Packaged greet …`, a line for each of `of` steps. */
export function stepProgress(of: number, stream: Stream): StepProgress {
  let step = 0;
  const terminal = stream.isTTY === true;
  return {
    begin(text) {
      step += 1;
      if (terminal) stream.write(`[${step}/${of}] ${text} …`);
    },
    end: (text) => void stream.write(`${terminal ? ERASE_LINE : ''}[${step}/${of}] ${text}\n`),
  };
}

/** For who reads nothing of it. */
export const NO_PROGRESS: StepProgress = { begin: () => undefined, end: () => undefined };
