/** Everything that a handler can learn from its environment. */
export const shown = async () => process.env;
