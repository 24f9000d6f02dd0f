import type { Transport } from './transport.ts';

/**
 * Reads the retained message of one exact topic: undefined means that there is none.
 * IoT Core answers this by GetRetainedMessage; an emulator by the same call.
 */
export type ReadRetained = (topic: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;

/**
 * For brokers without such a call: subscribes and waits for what is delivered. Silence within the bound counts as
 * "none", which is a guess: brokers may deliver later. The subscription stays: who asks for presence wants its changes.
 * Rejects with a TransportError when the subscription is refused or the connection ends.
 */
export function readRetainedBySubscription(transport: Transport, boundMs: number): ReadRetained {
  return async (topic, signal) => {
    let arrived: (payload: Uint8Array) => void = () => undefined;
    const payload = new Promise<Uint8Array>((resolve) => {
      arrived = resolve;
    });
    const removeListener = transport.onMessage((message) => {
      if (message.topic === topic) arrived(message.payload);
    });
    const bound = deadline(boundMs, signal);
    try {
      const found = transport.subscribe([topic], 1).then(() => payload);
      const first = await Promise.race([found, bound.passed]);
      return first !== undefined && first.byteLength > 0 ? first : undefined;
    } finally {
      removeListener();
      bound.clear();
    }
  };
}

function deadline(boundMs: number, signal: AbortSignal): { passed: Promise<undefined>; clear: () => void } {
  let clear = (): void => undefined;
  const passed = new Promise<undefined>((resolve) => {
    const pass = (): void => resolve(undefined);
    const timer = setTimeout(pass, boundMs);
    signal.addEventListener('abort', pass, { once: true });
    clear = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', pass);
    };
    if (signal.aborted) pass();
  });
  return { passed, clear };
}
