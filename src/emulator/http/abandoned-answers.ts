import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Of requests that come on one connection without waiting for answers, Node.js gives the socket to the first: when the
 * client goes, the answers behind it are told nothing, neither `finish` nor `close`. Whoever counts them would count for
 * ever.
 */
export class AbandonedAnswers {
  readonly #open = new WeakMap<Socket, Set<ServerResponse>>();

  /** From now on this answer hears `close` when its connection ends, too. */
  watch({ socket }: IncomingMessage, response: ServerResponse): void {
    const open = this.#open.get(socket) ?? this.#of(socket);
    open.add(response);
    response.once('close', () => open.delete(response));
  }

  #of(socket: Socket): Set<ServerResponse> {
    const open = new Set<ServerResponse>();
    this.#open.set(socket, open);
    // After Node.js has told the one that it knows of.
    socket.once('close', () =>
      queueMicrotask(() => {
        for (const response of open) response.emit('close');
      }),
    );
    return open;
  }
}
