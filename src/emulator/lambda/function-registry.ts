import type { FunctionSpec } from '../../runtime/invocation.ts';
import { AwsError } from '../http/aws-error.ts';
import { checkScope, type FunctionReference, type FunctionScope, functionArn } from './function-name.ts';
import type { FunctionSource } from './function-source.ts';
import type { SystemLogLevel } from './platform-log.ts';

/** A function of the small AWS: what is deployed, and whether the stub stands in front of it. */
export type DeployedFunction = {
  /** The deployed code: what runs when nobody holds the lane. */
  readonly spec: FunctionSpec;
  /** The handler setting points at the stub. */
  readonly stubbed: boolean;
  /** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html: date, version, environment. */
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** Of `LogFormat: JSON`. Absent: text, with START, END and REPORT. */
  readonly systemLogLevel?: SystemLogLevel;
  /** `DeadLetterConfig.TargetArn` */
  readonly deadLetterArn?: string;
};

export type ResolvedFunction = {
  readonly deployed: DeployedFunction;
  /** With the qualifier when the caller gave one, as recordings of real AWS show it. */
  readonly invokedArn: string;
  /** `$LATEST`, or the number of a published version. */
  readonly version: string;
};

/** All functions: those of the configuration, which need nothing else to be loaded, and those deployed by the API. */
export class FunctionRegistry {
  readonly #functions = new Map<string, DeployedFunction>();
  readonly #scope: FunctionScope;
  readonly #loadSource: (() => Promise<unknown>) | undefined;
  #source: FunctionSource | undefined;

  /** @param loadSource leads to `attach`; called for functions that are not in the configuration, until then. */
  constructor(scope: FunctionScope, loadSource?: () => Promise<unknown>) {
    this.#scope = scope;
    this.#loadSource = loadSource;
  }

  /** Functions that were deployed through the API are known from now on. */
  attach(source: FunctionSource): void {
    this.#source = source;
  }

  add(deployed: DeployedFunction): void {
    this.#functions.set(deployed.spec.name, deployed);
  }

  /** Of the configuration. */
  configured(name: string): DeployedFunction | undefined {
    return this.#functions.get(name);
  }

  /** Of the configuration. */
  configuredNames(): readonly string[] {
    return [...this.#functions.keys()];
  }

  /** Of what a caller names, whether it exists or not: what a policy allows or denies. */
  arnOf({ name, qualifier }: FunctionReference): string {
    return functionArn(this.#scope, name, qualifier);
  }

  /**
   * A function of the configuration at once; for any other it may have to wait for the rest of the emulator.
   *
   * @throws AwsError 404 ResourceNotFoundException, or rejects with it
   */
  find(reference: FunctionReference): ResolvedFunction | Promise<ResolvedFunction> {
    const load = this.#loadSource;
    if (this.#source !== undefined || load === undefined || this.#functions.has(reference.name)) {
      return this.resolve(reference);
    }
    return load().then(() => this.resolve(reference));
  }

  /**
   * Among what is known now.
   *
   * @throws AwsError 404 ResourceNotFoundException
   */
  resolve(reference: FunctionReference): ResolvedFunction {
    checkScope(reference, this.#scope);
    const resolved = this.lookup(reference);
    if (resolved !== undefined) return resolved;
    const { name, qualifier = '$LATEST' } = reference;
    throw new AwsError(404, 'ResourceNotFoundException', {
      Message: `Function not found: ${this.arnOf({ name, qualifier })}`,
      Type: 'User',
    });
  }

  /** Among what is known now. */
  lookup(reference: FunctionReference): ResolvedFunction | undefined {
    const deployed = this.#functions.get(reference.name);
    if (deployed === undefined) return this.#source?.resolve(reference);
    if (reference.qualifier !== undefined && reference.qualifier !== '$LATEST') return undefined;
    return { deployed, invokedArn: this.arnOf(reference), version: '$LATEST' };
  }
}
