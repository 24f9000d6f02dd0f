import { randomBytes } from 'node:crypto';
import { startLlx } from '../child.ts';
import { functionPath, invoker } from '../http-client.ts';
import type { Line } from '../line.ts';
import { median } from '../samples.ts';

const LIMIT = 6 * 1024 * 1024;

/** Orders as a shop has them: ids, names, prices, times; what an event of many megabytes looks like. */
function orders(bytes: number): Buffer {
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

function incompressible(bytes: number): Buffer {
  return Buffer.from(JSON.stringify(randomBytes(Math.floor((bytes - 8) * 0.75)).toString('base64')));
}

/** The largest event there and back, through the stub and the broker. */
export async function large(project: string): Promise<readonly Line[]> {
  const llx = await startLlx(['dev', '--offline'], project);
  const client = invoker(llx.ready.endpoint, functionPath('echo'));
  const lines: Line[] = [];
  try {
    for (const [name, event] of [
      ['6 MB JSON event and answer (orders)', orders(LIMIT)],
      ['6 MB JSON event and answer (random base64)', incompressible(LIMIT)],
    ] as const) {
      const times: number[] = [];
      for (let round = 0; round < 5; round++) {
        const began = performance.now();
        const answer = await client.invoke(event);
        times.push(performance.now() - began);
        if (!answer.equals(event)) throw new Error('expected the same bytes back');
      }
      lines.push({ name: `${name}, no quotas`, value: median(times), unit: 'ms', bar: { atMost: 3_000 } });
    }
    return lines;
  } finally {
    client.close();
    await llx.stop();
  }
}
