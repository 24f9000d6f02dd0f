export const handler = async (): Promise<string> => 'deployed';
