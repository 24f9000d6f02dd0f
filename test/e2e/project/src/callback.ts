type Callback = (error: Error | null, answer?: unknown) => void;

export const handler = (event: { readonly n: number }, _context: unknown, callback: Callback): void => {
  setImmediate(() => callback(null, { n: event.n + 1 }));
};
