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

/** A message that is not an order; its sender has to mend it. */
export class InvalidOrder extends Error {
  override readonly name = 'InvalidOrder';
}

/** @throws InvalidOrder, or SyntaxError for what is not JSON. */
export function parseOrder(text: string): Order {
  const { id, currency, items } = JSON.parse(text) ?? {};
  if (typeof id !== 'string') throw new InvalidOrder('an order needs an id');
  if (typeof currency !== 'string') throw new InvalidOrder(`order ${id} needs a currency`);
  if (!Array.isArray(items) || !items.every(isItem)) throw new InvalidOrder(`order ${id} needs items`);
  return { id, currency, items };
}

export function totalOf({ items }: Order): number {
  return items.reduce((total, { quantity, price }) => total + quantity * price, 0);
}

function isItem(item: Partial<Item> | null): item is Item {
  return typeof item?.sku === 'string' && typeof item.quantity === 'number' && typeof item.price === 'number';
}
