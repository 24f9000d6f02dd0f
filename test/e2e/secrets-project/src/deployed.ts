import { appendFile } from 'node:fs/promises';

export const handler = async () => 'deployed';

/** What careless code does with its keys: in deployed code they are in the environment. */
export const throws = async ({ file, given }: { readonly file: string; readonly given: string }) => {
  const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  await appendFile(file, `${AWS_SECRET_ACCESS_KEY}\n${AWS_SESSION_TOKEN}\n`);
  throw new Error(`the keys are ${AWS_SECRET_ACCESS_KEY}, ${AWS_SESSION_TOKEN} and ${given}`);
};
