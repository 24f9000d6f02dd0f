import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/**
 * Stops this process and its group, as Ctrl-Z does in a terminal that is not in raw mode; resolves once it was continued.
 * A group without a shell to continue it (a container's first process) is not stopped by the kernel; it just goes on.
 */
export async function suspendProcess(): Promise<void> {
  process.kill(0, 'SIGTSTP');
  // The stop may be delivered to another thread, a moment later: this timer ends after it, so after the continuation.
  await setTimeout(50);
  // A terminal that was resized meanwhile told its foreground group, which this one was not: Node.js looks again.
  const looked = once(process, 'SIGWINCH');
  process.kill(process.pid, 'SIGWINCH');
  await looked;
}
