import { setTimeout as sleep } from 'node:timers/promises';
import { LlxError } from '../errors/llx-error.ts';
import type { AwsCredentials, CredentialProvider } from '../signature/credentials.ts';
import { trustStatement } from './trust-statement.ts';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export type AssumeRoleRequest = {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds: number;
  readonly Policy?: string;
};

/** The call itself; rejects with an error whose `name` is AWS's code. */
export type AssumeRole = (request: AssumeRoleRequest, signal: AbortSignal) => Promise<AwsCredentials>;

export type AssumeRoleOptions = {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly assumeRole: AssumeRole;
  /** JSON of at most 2,048 characters: narrows what the role allows. */
  readonly sessionPolicy?: string;
  /** The role refuses, and is asked again. @default ignored */
  readonly onRetry?: (error: LlxError) => void;
  /** What an error means that is not about the role. @default itself */
  readonly explain?: (error: unknown, roleArn: string) => unknown;
  readonly clock?: RetryClock;
};

export type RetryClock = {
  /** Milliseconds of a steady clock. */
  now(): number;
  sleep(ms: number): Promise<void>;
};

/** What a developer who is in a role already may ask for at most, as with SSO: AWS calls that role chaining. */
const DURATION_SECONDS = 3_600;

/** A trust policy that was just deployed is refused for some seconds: IAM is eventually consistent. */
const PATIENCE_MS = 6_000;
const RETRY_EVERY_MS = 1_000;

/** Of one call with the SDK's own retries in it. */
const CALL_TIMEOUT_MS = 15_000;

const SYSTEM_CLOCK: RetryClock = { now: () => performance.now(), sleep: async (ms) => await sleep(ms) };

const DENIED = new Set(['AccessDenied', 'AccessDeniedException']);

/**
 * Assumes a role at each call. A refusal is retried for 6 s, counted from the first one: a role that went on to refuse
 * fails at once from then on, until it has been assumed. Rejects with LLX_ROLE_DENIED.
 */
export function assumeRoleProvider(options: AssumeRoleOptions): CredentialProvider {
  const { roleArn, sessionName, assumeRole, sessionPolicy, onRetry, explain, clock = SYSTEM_CLOCK } = options;
  const request: AssumeRoleRequest = {
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: DURATION_SECONDS,
    ...(sessionPolicy === undefined ? {} : { Policy: sessionPolicy }),
  };
  let deniedSince: number | undefined;
  return async () => {
    for (;;) {
      try {
        const credentials = await assumeRole(request, AbortSignal.timeout(CALL_TIMEOUT_MS));
        deniedSince = undefined;
        return credentials;
      } catch (error) {
        if (!(error instanceof Error) || !DENIED.has(error.name))
          throw explain ? explain(error, roleArn) : error;
        const denial = roleDenied(roleArn, error);
        const isFirst = deniedSince === undefined;
        deniedSince ??= clock.now();
        if (clock.now() - deniedSince >= PATIENCE_MS) throw denial;
        if (isFirst) onRetry?.(denial);
        await clock.sleep(RETRY_EVERY_MS);
      }
    }
  };
}

/**
 * A role session is named after who uses it and for what, which is what CloudTrail shows: `llx-alice@orders`.
 * 2 to 64 of `[\w+=,.@-]`, as STS wants it.
 */
export function roleSessionName(lane: string, functionName: string): string {
  return `llx-${lane}@${functionName}`.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);
}

/** `User: arn:… is not authorized to perform: sts:AssumeRole on resource: arn:…` */
const CALLER = /User: (arn:\S+) is not authorized/;

function roleDenied(roleArn: string, cause: Error): LlxError {
  const caller = CALLER.exec(cause.message)?.[1];
  const who = caller ?? 'your identity';
  const statement = caller === undefined ? '' : `\n${trustStatement(caller)}`;
  return new LlxError('LLX_ROLE_DENIED', {
    message: `Expected ${who} to be allowed to assume ${roleArn}, found that its trust policy, or a policy of your own, does not allow sts:AssumeRole.`,
    mend: `Add this statement to the trust policy of the role, and deploy it:${statement}\nOr have the deployed function send its own credentials: llx dev --credentials forward`,
    cause,
  });
}
