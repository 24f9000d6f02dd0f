import type { LambdaFunctionURLEvent, LambdaFunctionURLHandler } from 'aws-lambda';
import { jsonResponse } from './shared/json-response.ts';

/** `GET /greet?name=Ada`, or `POST /greet` with `{"name":"Ada"}`, through a function URL or an HTTP API. */
export const handler: LambdaFunctionURLHandler = async (event) => {
  const name = nameIn(event);
  if (name === undefined) return jsonResponse(400, { message: 'Tell me your name: ?name=Ada' });

  console.log(`greeting ${name}`);
  return jsonResponse(200, { message: `${process.env.GREETING}, ${name}!` });
};

function nameIn({
  queryStringParameters,
  body,
  isBase64Encoded,
}: LambdaFunctionURLEvent): string | undefined {
  if (body === undefined) return queryStringParameters?.name;
  try {
    const { name } = JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString() : body);
    return typeof name === 'string' ? name : undefined;
  } catch {
    // Not a JSON object: then it holds no name.
    return undefined;
  }
}
