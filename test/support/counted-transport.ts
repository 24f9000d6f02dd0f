import type { Transport } from '../../src/transport/transport.ts';

export type Counted = {
  readonly transport: Transport;
  /** Every filter that was ever subscribed. */
  readonly subscribed: Set<string>;
  /** Topic → messages that the broker delivered on it. */
  readonly received: Map<string, number>;
};

/** A transport that keeps count of what it asks of the broker, and of what the broker sends it. */
export function counted(inner: Transport): Counted {
  const subscribed = new Set<string>();
  const received = new Map<string, number>();
  inner.onMessage(({ topic }) => void received.set(topic, (received.get(topic) ?? 0) + 1));
  const transport: Transport = {
    get state() {
      return inner.state;
    },
    publish: (topic, payload, options) => inner.publish(topic, payload, options),
    subscribe: (filters, qos) => {
      for (const filter of filters) subscribed.add(filter);
      return inner.subscribe(filters, qos);
    },
    unsubscribe: (filters) => inner.unsubscribe(filters),
    onMessage: (listener) => inner.onMessage(listener),
    onState: (listener) => inner.onState(listener),
    probe: (deadlineMs) => inner.probe(deadlineMs),
    idleMs: () => inner.idleMs(),
    close: () => inner.close(),
  };
  return { transport, subscribed, received };
}

/** Those of a map whose topic is a function's `in`, by topic. */
export function ofOffers(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].filter(([topic]) => topic.includes('/in/')));
}
