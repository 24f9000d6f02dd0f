import { spawn } from 'node:child_process';
import type { EditorCommand } from './editor-command.ts';

/** Starts a program on this terminal; resolves once it was left, rejects with a sentence when it could not do its work. */
export function runEditor({ command, args }: EditorCommand): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' });
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
