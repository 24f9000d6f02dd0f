import { FAIL, handle, OK } from 'llx/handler';

type Order = { readonly id?: string; readonly total?: number };

/** Messages of the queue `orders`, and `POST /orders`: what is no order fails alone. */
export const handler = handle<Order>(({ source, body }, context) => {
  if (typeof body?.total !== 'number') {
    return context(FAIL, { status: 400, message: 'an order has a total', retry: false });
  }
  console.log('taken from', source, body.id, body.total);
  return context(OK, { taken: body.id }, { status: 201 });
});
