import type { OperationCall } from '../../http/api-operation.ts';
import { AwsError } from '../../http/aws-error.ts';
import { Members } from '../../lambda/functions/members.ts';
import { pageToken, positionOfToken } from '../../page-token.ts';
import type { ApiResource } from '../gateway-resources.ts';
import type { GatewayTable } from '../gateway-table.ts';

export type GatewayOperationDependencies = {
  readonly scope: { readonly account: string; readonly region: string };
  readonly table: GatewayTable;
  /** `http://127.0.0.1:4566` */
  readonly endpoint: () => string;
  /** As of `ServicesCore`. */
  readonly domain?: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** What an API's authorizers have said is to be forgotten. */
  readonly forgetAnswers: (apiId: string) => void;
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html: methods are the actions. */
export function authorizeManagement(
  call: OperationCall,
  { region }: GatewayOperationDependencies['scope'],
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
): void {
  call.authorize(`apigateway:${method}`, `arn:aws:apigateway:${region}::${path}`);
}

/**
 * Reads the members of a request; what does not fit is told in the way of this service.
 *
 * @throws AwsError 400 BadRequestException
 */
export function readMembers<T>(input: Readonly<Record<string, unknown>>, read: (members: Members) => T): T {
  const members = new Members(input);
  try {
    const value = read(members);
    members.check();
    return value;
  } catch (error) {
    const isProblem =
      error instanceof AwsError &&
      (error.type === 'ValidationException' || error.type === 'SerializationException');
    throw isProblem ? badRequest(String(error.body.message), error) : error;
  }
}

/** @throws AwsError 404 NotFoundException */
export function existingApi(
  call: OperationCall,
  { scope, table }: GatewayOperationDependencies,
): ApiResource {
  const { ApiId: apiId = '' } = call.path;
  const api = table.get(apiId, 'apis', apiId);
  if (api === undefined) throw notFound(`Invalid API identifier specified ${scope.account}:${apiId}`);
  return api;
}

export function notFound(message: string): AwsError {
  return new AwsError(404, 'NotFoundException', { message });
}

export function badRequest(message: string, cause?: unknown): AwsError {
  return new AwsError(400, 'BadRequestException', { message }, {}, { cause });
}

export function conflict(message: string): AwsError {
  return new AwsError(409, 'ConflictException', { message });
}

/** Without the members that say nothing. */
export function withoutAbsent<T extends object>(
  members: T,
): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  // Each of them is a member of T, and none is undefined.
  return Object.fromEntries(given) as { [Key in keyof T]?: Exclude<T[Key], undefined> };
}

/** As many as one page has when nobody asks. */
const PAGE = 500;

/** @throws AwsError 400 BadRequestException for a page that is none */
export function pageOfItems<T>(
  { query }: OperationCall,
  all: readonly T[],
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const token = query.get('nextToken');
  const from = token === null ? 0 : positionOfToken(token);
  const size = Number(query.get('maxResults') ?? PAGE);
  if (typeof from !== 'number' || !Number.isSafeInteger(from) || from < 0) {
    throw badRequest('Invalid nextToken');
  }
  if (!Number.isInteger(size) || size < 1) throw badRequest('Invalid maxResults');
  const next = from + size;
  const items = all.slice(from, next);
  return { items, ...(next < all.length ? { nextToken: pageToken(next) } : {}) };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** As ids of API Gateway look. */
export function newId(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('');
}
