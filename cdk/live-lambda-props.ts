import type { Duration } from 'aws-cdk-lib';
import type { Bundling } from '../src/manifest/manifest.ts';

/** What `LiveLambda.enable` takes. */
export type LiveLambdaProps = {
  /**
   * Globs (`*`, `?`) over construct paths, construct ids, or physical names.
   * @default every function with a Node.js runtime
   */
  readonly functions?: readonly string[];
  /**
   * The lane that `llx dev` holds in this project when no other is asked for.
   * @default 'default'
   */
  readonly lane?: string;
  /**
   * Who may assume the functions' roles: patterns of `aws:PrincipalArn`, as `arn:aws:iam::111122223333:role/dev-*`;
   * permission sets of IAM Identity Center by their name, as `sso:Dev`.
   * @default nobody
   */
  readonly developers?: readonly string[];
  /**
   * Whose permissions a handler has on a laptop. With `forward` the stub may send its own temporary credentials, sealed.
   * @default 'assume-role'
   */
  readonly credentials?: 'assume-role' | 'forward' | 'ambient';
  /**
   * A longer timeout while live. A shorter one than the function's own changes nothing.
   * @default the function's own
   */
  readonly timeout?: Duration;
  /**
   * With `observe` the deployed code always answers, and sessions get a copy.
   * @default 'live'
   */
  readonly mode?: 'live' | 'observe';
  /**
   * The part of the observed invocations that is copied, 0 to 1.
   * @default 1
   */
  readonly observeSample?: number;
  /**
   * IoT Core's data endpoint (`aws iot describe-endpoint --endpoint-type iot:Data-ATS`).
   * @default asked by a custom resource, once per stack and deployment
   */
  readonly iotEndpoint?: string;
  /** Source entries that cannot be found: construct path or id → file, relative to the app. */
  readonly entries?: Readonly<Record<string, string>>;
  /**
   * What the laptop's bundler has to know, by construct path or id: the `define`, `loader` and `tsconfig` of a
   * `NodejsFunction`, which leave no trace in what is synthesized. Its externals are found.
   */
  readonly bundling?: Readonly<Record<string, Bundling>>;
};
