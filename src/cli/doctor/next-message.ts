import type { Transport, TransportMessage } from '../../transport/transport.ts';

/** The next message on a topic, or undefined when none came in time or the signal was aborted. */
export function nextMessage(
  transport: Transport,
  topic: string,
  withinMs: number,
  signal: AbortSignal,
): Promise<TransportMessage | undefined> {
  return new Promise((resolve) => {
    const settle = (message?: TransportMessage): void => {
      clearTimeout(timer);
      removeListener();
      signal.removeEventListener('abort', onAbort);
      resolve(message);
    };
    const onAbort = (): void => settle();
    const timer = setTimeout(settle, withinMs);
    signal.addEventListener('abort', onAbort, { once: true });
    const removeListener = transport.onMessage((message) => {
      if (message.topic === topic) settle(message);
    });
  });
}
