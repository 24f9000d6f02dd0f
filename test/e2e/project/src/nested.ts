const started = await Promise.resolve('after a top-level await');

export const routes = {
  orders: {
    handler: async ({ n }: { readonly n: number }): Promise<unknown> => ({ started, n }),
  },
};
