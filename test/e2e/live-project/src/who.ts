export const handler = async () => 'local';
