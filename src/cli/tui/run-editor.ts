import { spawn } from 'node:child_process';
import type { EditorCommand } from './editor-command.ts';

/**
 * Starts a program on this terminal; resolves once it was left, rejects with a sentence when it could not do its work.
 * An aborted signal ends it: two programs cannot have one terminal, and a shell is about to take it.
 */
export function runEditor({ command, args }: EditorCommand, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const child = spawn(command, args, { stdio: 'inherit' });
    const end = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', end, { once: true });
    child.once('close', () => signal?.removeEventListener('abort', end));
    child.once('error', (cause) => {
      reject(
        new Error(`The editor ${command} cannot be started. Name another one in $VISUAL or $EDITOR.`, {
          cause,
        }),
      );
    });
    child.once('exit', (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`The editor ${command} ended with ${signal ?? `exit code ${code}`}: nothing was taken.`),
        );
    });
  });
}
