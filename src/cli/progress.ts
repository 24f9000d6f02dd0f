import type { Writable } from 'node:stream';
import type { SessionStore } from '../session/store.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const FRAME_MS = 80;

export type ProgressOptions = {
  readonly store: SessionStore;
  /** Whether a screen comes later: then it is a moving line on stderr, which disappears; else a notice. */
  readonly interactive: boolean;
  /** @default process.stderr */
  readonly stderr?: Writable;
  /** @default Date.now */
  readonly now?: () => number;
};

/** Shows that something takes long, until `end`; idempotent. */
export function startProgress(text: string, options: ProgressOptions): { readonly end: () => void } {
  const { store, interactive, stderr = process.stderr, now = Date.now } = options;
  if (!interactive) {
    store.dispatch({ type: 'notice', level: 'info', text });
    return { end() {} };
  }
  const start = now();
  let frame = 0;
  const draw = (): void => {
    const seconds = Math.floor((now() - start) / 1000);
    stderr.write(
      `\r\u001b[K${FRAMES[frame % FRAMES.length]} ${text}${seconds === 0 ? '' : `  ${seconds} s`}`,
    );
    frame += 1;
  };
  draw();
  let timer: NodeJS.Timeout | undefined = setInterval(draw, FRAME_MS);
  return {
    end() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      stderr.write('\r\u001b[K');
    },
  };
}
