export const handler = async (): Promise<string> => 'local';
