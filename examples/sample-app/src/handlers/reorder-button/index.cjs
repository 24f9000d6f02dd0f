const { shelves } = require('./shelves.cjs');

/**
 * What the IoT rule selects of a message of a button, and the button's own topic level.
 * @param {{ button: string, clickType?: 'SINGLE' | 'DOUBLE' | 'LONG' }} event
 */
exports.handler = async ({ button, clickType = 'SINGLE' }) => {
  const shelf = shelves[button];
  if (shelf === undefined) throw new RangeError(`no shelf has the button ${button}`);
  const quantity = clickType === 'DOUBLE' ? 2 * shelf.lot : shelf.lot;
  console.log(`reordering ${quantity} of ${shelf.sku}`);
  return { sku: shelf.sku, quantity };
};
