export const handler = async (event: unknown): Promise<unknown> => {
  console.log('echo');
  return event;
};
