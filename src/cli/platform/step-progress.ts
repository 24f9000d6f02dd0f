/** What a command does, step by step: on a terminal the one that runs is shown, too. */
export type StepProgress = {
  /** Begins the next step. */
  begin(text: string): void;
  /** What became of it. */
  end(text: string): void;
  /** What is printed next begins a line of its own, also after a step that failed. Idempotent. */
  close(): void;
};

type Stream = { readonly isTTY?: boolean; write(text: string): unknown };

const ERASE_LINE = '\r\u001b[K';

/** `[1/3] Packaged greet …`, a line for each of `of` steps. */
export function stepProgress(of: number, stream: Stream): StepProgress {
  const terminal = stream.isTTY === true;
  let step = 0;
  let isOpen = false;
  return {
    begin(text) {
      step += 1;
      if (!terminal) return;
      stream.write(`[${step}/${of}] ${text} …`);
      isOpen = true;
    },
    end(text) {
      stream.write(`${isOpen ? ERASE_LINE : ''}[${step}/${of}] ${text}\n`);
      isOpen = false;
    },
    close() {
      if (isOpen) stream.write('\n');
      isOpen = false;
    },
  };
}

/** For who reads nothing of it. */
export const NO_PROGRESS: StepProgress = {
  begin: () => undefined,
  end: () => undefined,
  close: () => undefined,
};
