/** Which button stands for what, and how many make a lot. */
exports.shelves = {
  'button-7': { sku: 'MUG-BLUE', lot: 24 },
  'button-8': { sku: 'PLATE', lot: 50 },
};
