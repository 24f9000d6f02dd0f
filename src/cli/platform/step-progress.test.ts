import { expect, test } from 'vitest';
import { stepProgress } from './step-progress.ts';

function printed(isTTY: boolean): {
  readonly stream: { isTTY: boolean; write(text: string): void };
  text: string;
} {
  const found = {
    text: '',
    stream: {
      isTTY,
      write(text: string) {
        found.text += text;
      },
    },
  };
  return found;
}

test('a step is one line, in a file only once it has ended', () => {
  const file = printed(false);
  const progress = stepProgress(2, file.stream);
  progress.begin('Packaging');
  expect(file.text).toBe('');
  progress.end('Packaged');
  progress.begin('Uploading');
  progress.end('Uploaded');
  progress.close();
  expect(file.text).toBe('[1/2] Packaged\n[2/2] Uploaded\n');
});

test('a terminal shows the step that runs, and what follows a failed one begins a line', () => {
  const terminal = printed(true);
  const progress = stepProgress(2, terminal.stream);
  progress.begin('Packaging');
  progress.end('Packaged');
  progress.begin('Uploading');
  progress.close();
  progress.close();
  expect(terminal.text).toBe('[1/2] Packaging …\r\u001b[K[1/2] Packaged\n[2/2] Uploading …\n');
});
