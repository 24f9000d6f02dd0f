import { type ChildProcess, spawn } from 'node:child_process';

/** Keeps the newest line that it is sent, and at the end of its input ends the process groups in it. */
const SCRIPT = `groups=
while read -r line; do groups=$line; done
for group in $groups; do kill -s KILL -- "-$group"; done`;

/**
 * Ends process groups when this process is gone, also by `kill -9`: a program that speaks the Runtime API may ask for
 * its next invocation for ever. A shell of its own session waits for the end of a pipe from here; there is one for all
 * groups, and none while there is no group.
 */
export class GroupGuard {
  readonly #groups = new Set<number>();
  #shell: ChildProcess | undefined;

  /** @returns what ends the watch: to be called as soon as nothing of the group is left, for its number is free then. */
  watch(group: number): () => void {
    // 0 is llx's own group, and 1 would be every process of the user: https://pubs.opengroup.org/onlinepubs/9799919799/functions/kill.html
    if (!Number.isSafeInteger(group) || group <= 1) return () => {};
    this.#groups.add(group);
    this.#tell();
    return () => {
      if (this.#groups.delete(group)) this.#tell();
    };
  }

  #tell(): void {
    if (this.#groups.size > 0) this.#shell ??= this.#start();
    // Shorter than PIPE_BUF for hundreds of groups: the shell never sees half a line, and takes none without its end.
    this.#shell?.stdin?.write(`${[...this.#groups].join(' ')}\n`);
    if (this.#groups.size > 0) return;
    this.#shell?.stdin?.end();
    this.#shell = undefined;
  }

  #start(): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', SCRIPT], {
      cwd: '/',
      env: {},
      stdio: ['pipe', 'ignore', 'ignore'],
      // Neither Ctrl-C nor the end of the terminal may end it before what it guards.
      detached: true,
    });
    const forget = (): void => {
      if (this.#shell === shell) this.#shell = undefined;
    };
    // Where there is no shell, or somebody ended it, only the regular ends are left; the next group starts another.
    shell.once('error', forget);
    shell.once('exit', forget);
    shell.stdin?.on('error', forget);
    shell.unref();
    if (shell.stdin && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
    return shell;
  }
}
