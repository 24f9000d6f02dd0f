export type Order = {
  readonly id: string;
  readonly currency: string;
  readonly items: readonly Item[];
};

type Item = {
  readonly sku: string;
  readonly quantity: number;
  readonly price: number;
};

/** What is not an order; its sender has to mend it. */
export class InvalidOrder extends Error {
  override readonly name = 'InvalidOrder';
}

/** @throws InvalidOrder */
export function readOrder(value: unknown): Order {
  const { id, currency, items } = (value ?? {}) as Partial<Order>;
  if (typeof id !== 'string') throw new InvalidOrder('an order needs an id');
  if (typeof currency !== 'string') throw new InvalidOrder(`order ${id} needs a currency`);
  if (!Array.isArray(items) || !items.every(isItem)) throw new InvalidOrder(`order ${id} needs items`);
  return { id, currency, items };
}

/** @throws InvalidOrder, also for what is not JSON. */
export function parseOrder(text: string): Order {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidOrder('an order is JSON', { cause });
  }
  return readOrder(value);
}

/** In whole cents: sums of prices as they are written are not exact. */
export function totalOf({ items }: Order): number {
  return items.reduce((cents, { quantity, price }) => cents + quantity * Math.round(price * 100), 0) / 100;
}

function isItem(item: Partial<Item> | null): item is Item {
  return typeof item?.sku === 'string' && typeof item.quantity === 'number' && typeof item.price === 'number';
}
