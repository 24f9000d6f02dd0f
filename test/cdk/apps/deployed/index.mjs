/** Says who answers, and what Lambda gave it. */
export const handler = async (event) => ({ deployed: event, table: process.env.TABLE });
