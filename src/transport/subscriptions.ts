import { IOT_CORE } from '../protocol/limits.ts';
import type { Connection } from './connection.ts';
import { type QualityOfService, TransportError } from './transport.ts';

/** What is subscribed, to be asked for again on the next connection. */
export class Subscriptions {
  readonly #filters = new Map<string, QualityOfService>();

  /** Rejects with TRANSPORT_SUBSCRIBE_REFUSED when one is refused, naming it; the others are kept. */
  async add(connection: Connection, filters: readonly string[], qos: QualityOfService): Promise<void> {
    const answers = await Promise.all(batches(filters).map((batch) => connection.subscribe(batch, qos)));
    const refused = new Set(answers.flat());
    for (const filter of filters) if (!refused.has(filter)) this.#filters.set(filter, qos);
    if (refused.size > 0) {
      throw new TransportError(
        'TRANSPORT_SUBSCRIBE_REFUSED',
        `Expected the broker to grant every subscription, but it refused ${[...refused].join(', ')}.`,
      );
    }
  }

  /** Without a connection there is nothing to say: sessions are clean, the broker has forgotten them. */
  async remove(connection: Connection | undefined, filters: readonly string[]): Promise<void> {
    for (const filter of filters) this.#filters.delete(filter);
    if (connection === undefined) return;
    await Promise.all(batches(filters).map((batch) => connection.unsubscribe(batch)));
  }

  async restore(connection: Connection): Promise<void> {
    for (const qos of [0, 1] as const) {
      const filters = [...this.#filters].filter(([, wanted]) => wanted === qos).map(([filter]) => filter);
      await this.add(connection, filters, qos);
    }
  }
}

/** IoT Core takes eight filters in one packet. */
function batches(filters: readonly string[]): readonly (readonly string[])[] {
  const size = IOT_CORE.filtersPerSubscribe;
  return Array.from({ length: Math.ceil(filters.length / size) }, (_, n) =>
    filters.slice(n * size, (n + 1) * size),
  );
}
