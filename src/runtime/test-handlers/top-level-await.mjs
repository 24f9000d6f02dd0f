const greeting = await Promise.resolve('hello');
export const handler = async () => greeting;
