import { once } from 'node:events';
import type { Transport } from './transport.ts';

/**
 * Reads the retained message of one exact topic: undefined means that there is none.
 * IoT Core answers this by GetRetainedMessage; an emulator by the same call.
 */
export type ReadRetained = (topic: string, signal: AbortSignal) => Promise<Uint8Array | undefined>;

/**
 * For brokers without such a call: subscribes and waits for what is delivered. Silence within the bound counts as
 * "none", which is a guess: brokers may deliver later. The subscription is kept by the caller's wish.
 */
export function readRetainedBySubscription(transport: Transport, boundMs: number): ReadRetained {
  return async (topic, signal) => {
    const bound = AbortSignal.any([signal, AbortSignal.timeout(boundMs)]);
    let payload: Uint8Array | undefined;
    const arrived = new AbortController();
    const remove = transport.onMessage((message) => {
      if (message.topic !== topic) return;
      payload = message.payload;
      arrived.abort();
    });
    try {
      await transport.subscribe([topic], 1);
      const either = AbortSignal.any([bound, arrived.signal]);
      if (!either.aborted) await once(either, 'abort');
      return payload !== undefined && payload.byteLength > 0 ? payload : undefined;
    } finally {
      remove();
    }
  };
}
