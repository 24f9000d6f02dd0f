import type { IncomingHttpHeaders } from 'node:http';
import type { Principal } from '../identity/principal.ts';
import type { QueryShape } from './aws-query.ts';

/** One request to an operation: its caller is known, its body is parsed. */
export type OperationCall = {
  readonly requestId: string;
  readonly principal: Principal;
  /** The variables of the route's path, decoded: `{ FunctionName: 'orders' }`. */
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The members of the request, whatever the protocol; `{}` where there was no body. Nothing of it is checked. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The caller has hung up, or the emulator ends. */
  readonly signal: AbortSignal;
  /** @throws AwsError 403 AccessDeniedException */
  authorize(action: string, resource: string): void;
};

export type OperationAnswer = {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Members of the answer; dates are epoch seconds where the protocol has them so. Absent: an empty body. */
  readonly output?: Readonly<Record<string, unknown>>;
};

/** An operation of a service as docs/emulator.md lists it. */
export type ApiOperation = {
  /** `CreateFunction` */
  readonly name: string;
  /** Only of REST services: `{ method: 'POST', path: '/2015-03-31/functions/{FunctionName}/versions' }`. */
  readonly route?: { readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'; readonly path: string };
} & (
  | {
      readonly support: 'supported' | 'partial';
      /** What is missing, or how it differs from AWS: needed where it is `partial`. */
      readonly note?: string;
      /** Absent: a route of its own carries it out (Invoke, which must not wait for the rest to load). */
      readonly handle?: (call: OperationCall) => OperationAnswer | Promise<OperationAnswer>;
    }
  /** Answered 501 NotImplementedException, naming the operation. */
  | { readonly support: 'refused'; readonly note?: string }
);

export type ApiService = {
  /** In signatures: `lambda`, `sqs`, `logs`, `monitoring`. */
  readonly name: string;
  /** `AWS Lambda` */
  readonly title: string;
  /** Of JSON services: what stands before the dot in `X-Amz-Target`: `AmazonSQS`. */
  readonly target?: string;
  /** Of JSON services. @default 1.0 */
  readonly jsonVersion?: '1.0' | '1.1';
  /** Of services that are spoken to in forms, too. */
  readonly query?: QueryShape;
  readonly operations: readonly ApiOperation[];
};
