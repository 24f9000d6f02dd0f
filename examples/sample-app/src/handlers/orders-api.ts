import type { APIGatewayProxyEventV2, APIGatewayProxyHandlerV2 } from 'aws-lambda';
import { jsonResponse } from '../shared/json-response.ts';
import { InvalidOrder, parseOrder, totalOf } from '../shared/order.ts';

const currencies = (process.env.CURRENCIES ?? '').split(',');

/** `POST /orders` says what an order costs; `GET /orders/{id}` where it is. */
export const handler: APIGatewayProxyHandlerV2 = async (event) => {
  if (event.routeKey === 'GET /orders/{id}')
    return jsonResponse(200, { id: event.pathParameters?.id, status: 'packed' });
  try {
    const order = parseOrder(bodyOf(event));
    if (!currencies.includes(order.currency))
      throw new InvalidOrder(`order ${order.id} is not in ${currencies.join(' or ')}`);
    console.log(`order ${order.id}`);
    return jsonResponse(201, { id: order.id, total: totalOf(order), currency: order.currency });
  } catch (error) {
    if (error instanceof InvalidOrder) return jsonResponse(400, { message: error.message });
    throw error;
  }
};

function bodyOf({ body = '', isBase64Encoded }: APIGatewayProxyEventV2): string {
  return isBase64Encoded ? Buffer.from(body, 'base64').toString() : body;
}
