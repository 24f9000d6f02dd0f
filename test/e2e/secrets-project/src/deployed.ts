export const handler = async () => 'deployed';
