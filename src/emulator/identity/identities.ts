import type { AwsCredentials } from '../../signature/credentials.ts';
import { DEVELOPMENT_KEY } from '../../signature/development-key.ts';
import { AwsError } from '../http/aws-error.ts';
import { type AccessKey, AccessKeys } from './access-keys.ts';
import { Authenticator, type RequestToVerify } from './authenticator.ts';
import { BoundedCache } from './bounded-cache.ts';
import { configuredUsers } from './configured-users.ts';
import { FunctionKeys } from './function-keys.ts';
import { type AccessDecision, accessDeniedText, contextOf, decideAccess, type Grant } from './grant.ts';
import type { IamConfig } from './iam-config.ts';
import { Policy } from './policy.ts';
import type { Principal } from './principal.ts';
import type { RoleRequest, RoleSession } from './role-session.ts';
import { checkTrustsLambda, type FunctionRole, type Role, Roles } from './roles.ts';
import type { StoredKeys } from './stored-keys.ts';
import { validationError } from './validation-error.ts';

/** As long as an emulator runs: it does not replace environments after some hours, as Lambda does before keys end. */
const FUNCTION_SESSION_SECONDS = 30 * 86_400;

/**
 * Who exists in the emulator, who makes a request, and what he may do. Nothing is stored: temporary keys end with
 * the process.
 *
 * Every call is signed. While no users are configured, the development key is the account's root.
 */
export class Identities {
  readonly root: Principal;
  readonly #region: string;
  readonly #account: string;
  readonly #onIssue: (credentials: AwsCredentials) => void;
  readonly #keys: AccessKeys;
  readonly #storedKeys: Pick<StoredKeys, 'get'> | undefined;
  readonly #now: () => Date;
  readonly #authenticator: Authenticator;
  readonly #roles: Roles;
  readonly #functionKeys: FunctionKeys;
  #ownKey: Required<AwsCredentials> | undefined;
  readonly #grants = new WeakMap<Principal, Grant>();
  readonly #decisions = new WeakMap<Principal, BoundedCache<string, AccessDecision>>();

  constructor(options: {
    readonly account: string;
    readonly region: string;
    readonly iam?: IamConfig | undefined;
    /** Whether the development key is known. @default while no users are configured */
    readonly developmentKey?: boolean | undefined;
    /** Keys that come and go while the emulator runs. */
    readonly storedKeys?: Pick<StoredKeys, 'get'> | undefined;
    readonly functions: readonly FunctionRole[];
    /** Others than this machine can reach the emulator: functions without a configured role may only call. @default false */
    readonly isExposed?: boolean | undefined;
    readonly now?: (() => Date) | undefined;
    /** Of handlers whose clock stands still: a signature of just that time is of now. By `YYYYMMDDTHHMMSSZ`. */
    readonly standingClocks?: ReadonlyMap<string, Date> | undefined;
    readonly random?: (bytes: number) => Buffer;
    /** Of STS's answers: secrets that are somebody's from now on. */
    readonly onIssue?: ((credentials: AwsCredentials) => void) | undefined;
  }) {
    const { account, region, iam = {}, now = () => new Date(), onIssue = () => {} } = options;
    this.#onIssue = onIssue;
    this.#account = account;
    this.#region = region;
    this.#keys = new AccessKeys({ ...options, now });
    this.#storedKeys = options.storedKeys;
    this.#now = now;
    const keys = { get: (id: string) => this.#keys.get(id) ?? this.#storedKey(id) };
    this.#authenticator = new Authenticator({ ...options, keys, now });
    this.#functionKeys = new FunctionKeys(this.#keys, (role, sessionName) => {
      const durationSeconds = FUNCTION_SESSION_SECONDS;
      return this.#startSession(role, { sessionName, durationSeconds }).credentials;
    });
    this.#roles = new Roles({ ...options, roles: iam.roles });
    this.root = { type: 'root', arn: `arn:aws:iam::${account}:root`, account, userId: account };
    const grant = { principal: this.root, policies: [] };
    this.#grants.set(this.root, grant);
    if (options.developmentKey ?? iam.users === undefined) {
      this.#keys.add({ credentials: DEVELOPMENT_KEY, grant });
    }
    for (const key of configuredUsers(account, iam.users)) {
      this.#grants.set(key.grant.principal, key.grant);
      this.#keys.add(key);
    }
  }

  /**
   * Finds out who makes a request, by Signature Version 4 in its header or its query.
   *
   * @throws AwsError with AWS's own code for a signature that is missing, wrong, too old or of nobody.
   */
  verify(request: RequestToVerify): Principal {
    return this.#authenticator.authenticate(request);
  }

  /** @throws AwsError 403 AccessDeniedException with AWS's text. */
  authorize(
    principal: Principal,
    action: string,
    resource: string,
    context?: Readonly<Record<string, string>>,
  ): void {
    const decision = this.#decide(principal, action, resource, context);
    if (decision === 'allowed') return;
    throw new AwsError(403, 'AccessDeniedException', {
      Message: accessDeniedText(principal, { action, resource }, decision),
    });
  }

  allows(
    principal: Principal,
    action: string,
    resource: string,
    context?: Readonly<Record<string, string>>,
  ): boolean {
    return this.#decide(principal, action, resource, context) === 'allowed';
  }

  /**
   * STS's AssumeRole, whose parameters have been checked.
   *
   * @throws AwsError AccessDenied, or ValidationError for a session that is longer than it may be.
   */
  assumeRole(request: RoleRequest): RoleSession {
    const { principal, roleArn, sessionName, externalId } = request;
    const role = this.#roles.byArn(roleArn);
    const context = {
      'sts:RoleSessionName': sessionName,
      ...(externalId === undefined ? {} : { 'sts:ExternalId': externalId }),
    };
    if (role === undefined || !this.#mayAssume(principal, role, context)) {
      throw new AwsError(403, 'AccessDenied', {
        message: `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      });
    }
    const durationSeconds = request.durationSeconds ?? 3600;
    if (principal.type === 'assumed-role' && durationSeconds > 3600) {
      throw validationError(
        'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
      );
    }
    if (durationSeconds > role.maxSessionSeconds) {
      throw validationError(
        'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
      );
    }
    const session = this.#startSession(role, { ...request, sessionName, durationSeconds });
    this.#onIssue(session.credentials);
    return session;
  }

  /** STS's GetSessionToken: temporary keys of the caller himself. */
  sessionToken(principal: Principal, durationSeconds: number): Required<AwsCredentials> {
    const session: Principal = { ...principal, temporary: true };
    const grant = { ...this.#grantOf(principal), principal: session };
    this.#grants.set(session, grant);
    const credentials = this.#keys.issue(grant, durationSeconds);
    this.#onIssue(credentials);
    return credentials;
  }

  /**
   * What Lambda puts into a function's environment: keys of its role; the session's name is the function's.
   *
   * @throws AwsError where the role does not trust Lambda.
   */
  functionCredentials(functionName: string): Required<AwsCredentials> {
    const role = this.#roles.ofFunction(functionName);
    checkTrustsLambda(role);
    return this.#functionKeys.of(functionName, role);
  }

  /** It was deleted: the keys in its environments open nothing any more. */
  forgetFunction(functionName: string): void {
    this.#functionKeys.forget(functionName);
  }

  /**
   * Of the role that somebody gives a function: one that is configured is not everybody's to give.
   *
   * @throws AwsError 400 InvalidParameterValueException, 403 AccessDeniedException
   */
  checkFunctionRole(principal: Principal, roleArn: string): void {
    const role = this.#roles.configured(roleArn);
    if (role === undefined) return;
    this.authorize(principal, 'iam:PassRole', role.arn, { 'iam:PassedToService': 'lambda.amazonaws.com' });
    checkTrustsLambda(role);
  }

  /** The account's root, for what calls the emulator from its own process. */
  ownCredentials(): Required<AwsCredentials> {
    this.#ownKey ??= this.#keys.issue({ principal: this.root, policies: [] }, FUNCTION_SESSION_SECONDS);
    return this.#ownKey;
  }

  /** Of a function that is deployed while the emulator runs. */
  setRoleOf(functionName: string, roleArn: string): void {
    this.#roles.setRoleOf(functionName, roleArn);
  }

  roleArnOf(functionName: string): string {
    return this.#roles.ofFunction(functionName).arn;
  }

  #decide(
    principal: Principal,
    action: string,
    resource: string,
    context?: Readonly<Record<string, string>>,
  ): AccessDecision {
    // The caller of most invocations, who may do everything.
    if (principal === this.root) return 'allowed';
    if (this.#isRevoked(principal)) return 'no identity-based policy';
    const grant = this.#grantOf(principal);
    const decide = (): AccessDecision =>
      decideAccess(grant, { action, resource, context: this.#contextOf(principal, context) });
    if (context !== undefined) return decide();
    let decisions = this.#decisions.get(principal);
    if (decisions === undefined) {
      decisions = new BoundedCache(1024);
      this.#decisions.set(principal, decisions);
    }
    return decisions.get(`${action}\n${resource}`, decide);
  }

  #mayAssume(principal: Principal, role: Role, context: Readonly<Record<string, string>>): boolean {
    const grant = this.#grantOf(principal);
    const request = {
      action: 'sts:AssumeRole',
      resource: role.arn,
      context: this.#contextOf(principal, context),
    };
    const own = decideAccess(grant, request);
    switch (role.trust.trusts(principal, request)) {
      case 'account':
        return own === 'allowed';
      case 'caller':
        // Being named is enough, unless a policy of the caller or of his session is against it.
        return (
          !own.startsWith('deny') &&
          (grant.sessionPolicy === undefined || grant.sessionPolicy.decide(request) === 'allow')
        );
      default:
        return false;
    }
  }

  #startSession(
    role: Role,
    options: Pick<RoleRequest, 'sessionName' | 'sessionPolicy'> & {
      readonly durationSeconds: number;
      readonly principal?: Principal;
    },
  ): RoleSession {
    const { sessionName, durationSeconds, sessionPolicy, principal: { storedKeyId } = {} } = options;
    const id = `${role.id}:${sessionName}`;
    const arn = `arn:aws:sts::${this.#account}:assumed-role/${role.name}/${sessionName}`;
    const grant: Grant = {
      principal: {
        type: 'assumed-role',
        arn,
        account: this.#account,
        userId: id,
        roleArn: role.arn,
        ...(storedKeyId === undefined ? {} : { storedKeyId }),
      },
      policies: role.policies,
      ...(sessionPolicy === undefined ? {} : { sessionPolicy: new Policy(sessionPolicy) }),
    };
    this.#grants.set(grant.principal, grant);
    return { credentials: this.#keys.issue(grant, durationSeconds), assumedRole: { arn, id } };
  }

  #storedKey(id: string): AccessKey | undefined {
    const key = this.#storedKeys?.get(id);
    if (key !== undefined) this.#grants.set(key.grant.principal, key.grant);
    return key;
  }

  /** Also of sessions that such a key has started, and of connections that are open. */
  #isRevoked({ storedKeyId }: Principal): boolean {
    if (storedKeyId === undefined) return false;
    const { expiration } = this.#storedKey(storedKeyId)?.credentials ?? { expiration: new Date(0) };
    return expiration !== undefined && expiration <= this.#now();
  }

  #grantOf(principal: Principal): Grant {
    return this.#grants.get(principal) ?? { principal, policies: [] };
  }

  #contextOf(
    principal: Principal,
    context: Readonly<Record<string, string>> = {},
  ): (name: string) => string | undefined {
    return contextOf(principal, { 'aws:RequestedRegion': this.#region }, context);
  }
}
