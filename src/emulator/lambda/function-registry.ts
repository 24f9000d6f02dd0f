import type { FunctionSpec } from '../../runtime/invocation.ts';
import { AwsError } from '../http/aws-error.ts';
import type { FunctionReference } from './function-name.ts';

/** A function of the small AWS: what is deployed, and whether the stub stands in front of it. */
export type DeployedFunction = {
  /** The deployed code: what runs when nobody holds the lane. */
  readonly spec: FunctionSpec;
  /** The handler setting points at the stub. */
  readonly stubbed: boolean;
  /** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html: date, version, environment. */
  readonly logGroupName: string;
  readonly logStreamName: string;
};

export type ResolvedFunction = {
  readonly deployed: DeployedFunction;
  /** With the qualifier when the caller gave one, as recordings of real AWS show it. */
  readonly invokedArn: string;
  /** `$LATEST`, or the number of a published version. */
  readonly version: string;
};

export class FunctionRegistry {
  readonly #functions = new Map<string, DeployedFunction>();
  readonly #arnPrefix: string;

  constructor(scope: { readonly region: string; readonly account: string }) {
    this.#arnPrefix = `arn:aws:lambda:${scope.region}:${scope.account}:function:`;
  }

  add(deployed: DeployedFunction): void {
    this.#functions.set(deployed.spec.name, deployed);
  }

  /** Of what a caller names, whether it exists or not: what a policy allows or denies. */
  arnOf({ name, qualifier }: FunctionReference): string {
    return `${this.#arnPrefix}${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
  }

  resolve(reference: FunctionReference): ResolvedFunction {
    const deployed = this.#functions.get(reference.name);
    if (deployed === undefined || (reference.qualifier !== undefined && reference.qualifier !== '$LATEST')) {
      const arn = this.arnOf({ name: reference.name, qualifier: reference.qualifier ?? '$LATEST' });
      throw new AwsError(404, 'ResourceNotFoundException', {
        Message: `Function not found: ${arn}`,
        Type: 'User',
      });
    }
    return { deployed, invokedArn: this.arnOf(reference), version: '$LATEST' };
  }
}
