import { carts } from './carts.mjs';

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Says which carts nobody has touched for a while, when the schedule says that it is time.
 * @type {import('aws-lambda').EventBridgeHandler<'Scheduled Event', unknown, { abandoned: string[] }>}
 */
export const handler = async ({ time }) => {
  const oldest = Date.parse(time) - Number(process.env.RETENTION_DAYS) * DAY_MS;
  const abandoned = carts.filter(({ touchedAt }) => Date.parse(touchedAt) < oldest).map(({ id }) => id);
  console.log(`${abandoned.length} of ${carts.length} carts are abandoned`);
  return { abandoned };
};
