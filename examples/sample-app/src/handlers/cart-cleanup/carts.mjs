/** Stands in for a table. */
export const carts = [
  { id: 'cart-1', touchedAt: '2026-10-20T18:03:00Z' },
  { id: 'cart-2', touchedAt: '2026-10-25T07:41:00Z' },
  { id: 'cart-3', touchedAt: '2026-11-01T21:15:00Z' },
];
