import { setImmediate as turn } from 'node:timers/promises';
import type { FailureKind, InvocationResult } from '../../runtime/invocation.ts';
import type { ApiService } from '../http/api-operation.ts';
import type { ResolvedFunction } from '../lambda/function-registry.ts';
import type { InvocationCall } from '../lambda/invocation-service.ts';
import { openQueues, SCOPE } from '../sqs/sqs.test-support.ts';
import { mappingOperations } from './mapping-operations.ts';
import { Mappings } from './mappings.ts';
import type { SqsRecord } from './sqs-record.ts';

/** One invocation of a function by a mapping, which ends when the test says so. */
export type Invoked = {
  readonly call: InvocationCall;
  readonly records: readonly SqsRecord[];
  readonly bodies: readonly string[];
  succeed(answer?: unknown): void;
  fail(failure?: FailureKind): void;
  /** Nothing ran. */
  refuse(error: Error): void;
};

const FACTS = { durationMs: 1, coldStart: false };

/** Mappings over queues at a time that tests move, with a function `orders` that is the test itself. */
export function openMappings() {
  const sqs = openQueues();
  const invoked: Invoked[] = [];
  const notices: string[] = [];
  const functions = new Set(['orders', 'orders:live']);
  const outage: { error?: Error } = {};
  const open = (): Mappings =>
    new Mappings({
      state: sqs.state,
      scope: SCOPE,
      clock: sqs.clock,
      queues: sqs.queues,
      functions: {
        resolve({ name, qualifier }) {
          if (outage.error !== undefined) throw outage.error;
          return functions.has(qualifier === undefined ? name : `${name}:${qualifier}`)
            ? resolved(name, qualifier)
            : undefined;
        },
      },
      async invoke(call) {
        const { promise, resolve, reject } = Promise.withResolvers<InvocationResult>();
        const { Records: records }: { Records: readonly SqsRecord[] } = JSON.parse(
          Buffer.from(call.event).toString(),
        );
        const payload = Buffer.from('null');
        invoked.push({
          call,
          records,
          bodies: records.map(({ body }) => body),
          succeed: (answer = null) =>
            resolve({
              status: 'succeeded',
              payload: Buffer.from(JSON.stringify(answer)),
              streamed: false,
              ...FACTS,
            }),
          fail: (failure = 'handler') =>
            resolve({ status: 'failed', failure, errorType: 'Error', payload, ...FACTS }),
          refuse: reject,
        });
        return { result: await promise, log: () => '', traceId: '' };
      },
      onNotice: (text) => void notices.push(text),
    });
  const mappings = open();
  mappings.start();
  return { sqs, mappings, invoked, notices, functions, outage, open, call: restCaller(mappings) };
}

export type OpenMappings = ReturnType<typeof openMappings>;

function resolved(name: string, qualifier: string | undefined): ResolvedFunction {
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  return {
    deployed: {
      spec: {
        name,
        arn,
        root: '/',
        code: 'package',
        handler: 'index.handler',
        runtime: 'nodejs24.x',
        timeoutMs: 3000,
        memoryMb: 128,
        environment: {},
      },
      stubbed: false,
      logGroupName: '',
      logStreamName: '',
    },
    invokedArn: qualifier === undefined ? arn : `${arn}:${qualifier}`,
    version: '$LATEST',
  };
}

/** Calls an operation with its body and the variables of its path; gives status and members of the answer. */
function restCaller(mappings: Mappings) {
  const service: ApiService = { name: 'lambda', title: '', operations: mappingOperations({ mappings }) };
  return async (
    name: string,
    {
      uuid,
      query = {},
      ...input
    }: { uuid?: string; query?: Record<string, string> } & Record<string, unknown> = {},
  ): Promise<Readonly<Record<string, unknown>>> => {
    const operation = service.operations.find((one) => one.name === name);
    if (operation === undefined || operation.support === 'refused' || operation.handle === undefined) {
      throw new Error(`${name} is not to be called`);
    }
    const { status, output } = await operation.handle({
      requestId: 'request-1',
      principal: {
        type: 'root',
        arn: 'arn:aws:iam::000000000000:root',
        account: SCOPE.account,
        userId: SCOPE.account,
      },
      path: uuid === undefined ? {} : { UUID: uuid },
      query: new URLSearchParams(query),
      headers: {},
      input,
      signal: new AbortController().signal,
      authorize: () => undefined,
    });
    return { httpStatus: status ?? 200, ...output };
  };
}

/** Lets everything happen that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 5; turns += 1) await turn();
}
