import { appendFileSync } from 'node:fs';

export const handler = async (event: { readonly file: string; readonly n: number }): Promise<unknown> => {
  appendFileSync(event.file, `deployed ${event.n}\n`);
  return { n: event.n };
};
