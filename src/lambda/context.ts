// Before anybody puts a clock that stands still in the place of `Date`: deadlines go on.
const { now } = Date;

/** What is known of one invocation; the rest of the context object comes from the environment. */
export type InvocationFacts = {
  readonly requestId: string;
  readonly invokedFunctionArn: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Epoch milliseconds of this machine's clock. */
  readonly deadlineMs: number;
  readonly clientContext?: unknown;
  readonly identity?: unknown;
  readonly traceId?: string | undefined;
  readonly tenantId?: string | undefined;
};

/** Lambda's context object for Node.js, in its order of fields. What is absent is there as `undefined`. */
export type LambdaContext = {
  readonly clientContext: unknown;
  readonly identity: unknown;
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
  readonly tenantId: string | undefined;
  /** Since Node.js 24. */
  readonly xRayTraceId?: string | undefined;
  /** Negative when the deadline has passed. */
  readonly getRemainingTimeInMillis: () => number;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
};

/** The context as Lambda's Node.js 24 has it. */
export function createContext(facts: InvocationFacts): LambdaContext {
  const { deadlineMs } = facts;
  return {
    clientContext: facts.clientContext,
    identity: facts.identity,
    invokedFunctionArn: facts.invokedFunctionArn,
    awsRequestId: facts.requestId,
    tenantId: facts.tenantId,
    xRayTraceId: facts.traceId,
    getRemainingTimeInMillis: () => deadlineMs - now(),
    functionName: facts.functionName,
    functionVersion: facts.functionVersion,
    memoryLimitInMB: facts.memoryLimitInMB,
    logGroupName: facts.logGroupName,
    logStreamName: facts.logStreamName,
  };
}

/** The context of a runtime up to Node.js 22: `callbacks` first, as there, and no X-Ray field. */
export function createCallbackContext<Callbacks extends object>(
  facts: InvocationFacts,
  callbacks: Callbacks,
): Callbacks & LambdaContext {
  const { xRayTraceId: _, ...context } = createContext(facts);
  // Assigned into `callbacks`: `callbackWaitsForEmptyEventLoop` is a property with a setter.
  return Object.assign(callbacks, context);
}
