import { appendFileSync } from 'node:fs';

/** Exactly-once is counted from what the handlers themselves wrote down. */
export const handler = async (event: { readonly file: string; readonly n: number }): Promise<unknown> => {
  appendFileSync(event.file, `local ${event.n}\n`);
  return { n: event.n };
};
