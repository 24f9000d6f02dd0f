import { randomBytes } from 'node:crypto';

/** Orders as a shop has them: ids, names, prices, times; what an event of many megabytes looks like. */
export function orders(bytes: number): Buffer {
  const items: string[] = [];
  let length = 12;
  for (let n = 0; length < bytes - 400; n++) {
    const item = JSON.stringify({
      orderId: randomBytes(8).toString('hex'),
      customer: {
        name: `Customer ${n % 997}`,
        email: `c${n}@example.com`,
        city: ['Graz', 'Oslo', 'Kyoto'][n % 3],
      },
      items: [{ sku: `SKU-${(n * 7919) % 10_000}`, quantity: 1 + (n % 4), price: ((n * 37) % 9_999) / 100 }],
      placedAt: new Date(1_760_000_000_000 + n * 61_000).toISOString(),
      status: ['open', 'paid', 'shipped'][n % 3],
    });
    items.push(item);
    length += item.length + 1;
  }
  return Buffer.from(`{"orders":[${items.join(',')}]}`);
}

export function incompressible(bytes: number): Buffer {
  return Buffer.from(JSON.stringify(randomBytes(Math.floor((bytes - 8) * 0.75)).toString('base64')));
}
