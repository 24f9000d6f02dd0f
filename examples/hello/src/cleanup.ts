import type { EventBridgeHandler } from 'aws-lambda';
import { carts } from './shared/carts.ts';

type Cleanup = { readonly removed: readonly string[] };

const DAY_MS = 24 * 60 * 60 * 1000;

/** Every night: removes carts that nobody has touched for RETENTION_DAYS. */
export const handler: EventBridgeHandler<'Scheduled Event', unknown, Cleanup> = async ({ time }) => {
  const before = Date.parse(time) - Number(process.env.RETENTION_DAYS) * DAY_MS;
  const abandoned = carts.filter(({ touchedAt }) => Date.parse(touchedAt) < before);

  console.log(`${abandoned.length} of ${carts.length} carts are abandoned`);
  return { removed: abandoned.map(({ id }) => id) };
};
