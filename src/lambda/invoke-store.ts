/**
 * `awslambda.InvokeStore`, which AWS's libraries (X-Ray, Powertools) read: what is known of the running invocation.
 * The keys are those of @aws/lambda-invoke-store. One invocation runs at a time, so nothing asynchronous is needed.
 */
export class InvokeStore {
  static readonly PROTECTED_KEYS = {
    REQUEST_ID: Symbol.for('_AWS_LAMBDA_REQUEST_ID'),
    X_RAY_TRACE_ID: Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID'),
    TENANT_ID: Symbol.for('_AWS_LAMBDA_TENANT_ID'),
  } as const;

  #context: Record<PropertyKey, unknown> | undefined;

  getContext(): Record<PropertyKey, unknown> | undefined {
    return this.#context;
  }

  hasContext(): boolean {
    return this.#context !== undefined;
  }

  get(key: PropertyKey): unknown {
    return this.#context?.[key];
  }

  set(key: PropertyKey, value: unknown): void {
    if (this.isProtectedKey(key)) {
      throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    }
    this.#context ??= {};
    this.#context[key] = value;
  }

  isProtectedKey(key: PropertyKey): boolean {
    return Object.values<PropertyKey>(InvokeStore.PROTECTED_KEYS).includes(key);
  }

  getRequestId(): unknown {
    return this.get(InvokeStore.PROTECTED_KEYS.REQUEST_ID) ?? '-';
  }

  getXRayTraceId(): unknown {
    return this.get(InvokeStore.PROTECTED_KEYS.X_RAY_TRACE_ID);
  }

  getTenantId(): unknown {
    return this.get(InvokeStore.PROTECTED_KEYS.TENANT_ID);
  }

  run<T>(context: Record<PropertyKey, unknown>, callback: () => T): T {
    this.#context = context;
    return callback();
  }
}
