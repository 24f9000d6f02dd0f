export const handler = async (): Promise<string> => 'whole';
