import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** What an HTTP API turns into an HTTP response with a JSON body. */
export function jsonResponse(statusCode: number, body: unknown): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
