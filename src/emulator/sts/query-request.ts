import type { FastifyRequest } from 'fastify';
import { AwsError } from '../http/aws-error.ts';

/** A call by AWS's query protocol: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html */
export type QueryRequest = {
  readonly action: string;
  /** Of the API: `2011-06-15` is STS. */
  readonly version: string;
  readonly parameters: ReadonlyMap<string, string>;
};

/** A session policy, tags and all names are far below. */
const LONGEST = 64 * 1024;

/**
 * Reads the parameters of a query call from the form in the body, or from the URL.
 *
 * @returns undefined for a request that is none.
 */
export function parseQueryRequest(request: FastifyRequest): QueryRequest | undefined {
  const parameters = new Map(
    new URLSearchParams(request.method === 'GET' ? inUrl(request) : inBody(request)),
  );
  const action = parameters.get('Action');
  if (action === undefined) return undefined;
  const version = parameters.get('Version') ?? '';
  parameters.delete('Action');
  parameters.delete('Version');
  return { action, version, parameters };
}

function inUrl(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  // A presigned URL has its signature among the parameters.
  for (const name of [...query.keys()]) if (name.startsWith('X-Amz-')) query.delete(name);
  return query.toString();
}

function inBody(request: FastifyRequest): string {
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded') || !(request.body instanceof Uint8Array))
    return '';
  if (request.body.byteLength > LONGEST) {
    throw new AwsError(413, 'RequestEntityTooLarge', {
      message: `Request must be smaller than ${LONGEST} bytes`,
    });
  }
  return Buffer.from(request.body).toString('utf8');
}
