import { createHash } from 'node:crypto';
import { AwsError } from '../http/aws-error.ts';
import type { IamConfig, IamRole } from './iam-config.ts';
import { Policy } from './policy.ts';
import type { PolicyDocument } from './policy-document.ts';
import { TrustPolicy } from './trust-policy.ts';
import { unconfiguredRolePolicy } from './unconfigured-role.ts';

export type Role = {
  readonly name: string;
  readonly arn: string;
  /** `AROA…` */
  readonly id: string;
  readonly trust: TrustPolicy;
  readonly policies: readonly Policy[];
  readonly maxSessionSeconds: number;
};

export type FunctionRole = {
  readonly name: string;
  /** Name or ARN of its role. @default `<name>-role` */
  readonly role?: string;
};

type Description = { readonly arn: string; readonly config: IamRole };

/** The roles of the account: those that are configured, and those that functions name without more. */
export class Roles {
  readonly #account: string;
  readonly #isExposed: boolean;
  readonly #configured: ReadonlySet<string>;
  readonly #described = new Map<string, Description>();
  readonly #nameOfFunction = new Map<string, string>();
  /** Made when they are first asked for: most starts need none of them. */
  readonly #roles = new Map<string, Role>();

  constructor(options: {
    readonly account: string;
    readonly roles: IamConfig['roles'];
    readonly functions: readonly FunctionRole[];
    /** Others than this machine have keys. @default false */
    readonly isExposed?: boolean | undefined;
  }) {
    this.#account = options.account;
    this.#isExposed = options.isExposed ?? false;
    this.#configured = new Set(Object.keys(options.roles ?? {}));
    const prefix = `arn:aws:iam::${options.account}:role/`;
    for (const [name, config] of Object.entries(options.roles ?? {})) {
      this.#described.set(name, { arn: prefix + name, config });
    }
    for (const { name, role = `${name}-role` } of options.functions) this.setRoleOf(name, role);
  }

  /** @param role name or ARN; one that is not configured trusts Lambda and the account, and may do what `unconfiguredRolePolicy` says. */
  setRoleOf(functionName: string, role: string): void {
    const roleName = roleNameOf(role);
    this.#nameOfFunction.set(functionName, roleName);
    if (this.#described.has(roleName)) return;
    const arn = role.startsWith('arn:') ? role : `arn:aws:iam::${this.#account}:role/${role}`;
    this.#described.set(roleName, { arn, config: { policies: [unconfiguredRolePolicy(this.#isExposed)] } });
  }

  byArn(arn: string): Role | undefined {
    const role = this.#byName(roleNameOf(arn));
    return role?.arn === arn ? role : undefined;
  }

  /** The role that a function gets which names this one; undefined where the configuration does not say what it may do. */
  configured(nameOrArn: string): Role | undefined {
    const name = roleNameOf(nameOrArn);
    return this.#configured.has(name) ? this.#byName(name) : undefined;
  }

  ofFunction(functionName: string): Role {
    const role = this.#byName(this.#nameOfFunction.get(functionName) ?? '');
    if (role === undefined) throw new TypeError(`expected a function of the emulator, got ${functionName}`);
    return role;
  }

  #byName(name: string): Role | undefined {
    const known = this.#roles.get(name);
    const description = this.#described.get(name);
    if (known !== undefined || description === undefined) return known;
    const { arn, config } = description;
    const role: Role = {
      name,
      arn,
      id: uniqueId('AROA', arn),
      trust: new TrustPolicy(config.trust ?? trustOfLambdaAnd(this.#account)),
      policies: (config.policies ?? []).map((policy) => new Policy(policy)),
      maxSessionSeconds: config.maxSessionSeconds ?? 3600,
    };
    this.#roles.set(name, role);
    return role;
  }
}

/** @throws AwsError 400 InvalidParameterValueException, as Lambda says it */
export function checkTrustsLambda({ arn, trust }: Role): void {
  const request = { action: 'sts:AssumeRole', resource: arn, context: () => undefined };
  if (trust.trustsService('lambda.amazonaws.com', request)) return;
  throw new AwsError(400, 'InvalidParameterValueException', {
    Type: 'User',
    message: 'The role defined for the function cannot be assumed by Lambda.',
  });
}

/** The last part of an ARN: a path (`role/service-role/name`) is no part of the name. */
function roleNameOf(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf('/') + 1);
}

/** What IAM gives to each user and role; here the same at every start. */
export function uniqueId(prefix: 'AIDA' | 'AROA', arn: string): string {
  const letters = [...createHash('sha256').update(arn).digest()].map((byte) => BASE32[byte & 31] ?? '');
  return prefix + letters.slice(0, 17).join('');
}

export const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function trustOfLambdaAnd(account: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com', AWS: `arn:aws:iam::${account}:root` },
      Action: 'sts:AssumeRole',
    },
  };
}
