export const handler = async (): Promise<string> => 'first';
