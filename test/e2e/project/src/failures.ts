import { setTimeout as wait } from 'node:timers/promises';

export class OrderRejected extends Error {
  override readonly name = 'OrderRejected';
}

export const throws = async ({ n }: { readonly n: number }): Promise<never> => {
  throw new OrderRejected(`no product ${n}`);
};

export const slow = async ({ isWarmUp = false }: { readonly isWarmUp?: boolean }): Promise<void> => {
  if (isWarmUp) return;
  console.log('starting to wait');
  await wait(60_000);
};

export const exits = async (): Promise<never> => {
  console.log('leaving');
  process.exit(7);
};

export const oversize = async (): Promise<string> => 'a'.repeat(7 * 1024 * 1024);
