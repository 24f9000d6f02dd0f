import { isLlxError, LlxError } from '../../errors/llx-error.ts';
import { USER_OF_EMULATOR } from './master-credentials.ts';
import { networkFault } from './network-fault.ts';
import { policyStatement } from './policy-statement.ts';

/** A call to AWS, as a policy would name it. */
export type Attempt = {
  readonly action: string;
  readonly resource: string;
  /** Of a call about one function. */
  readonly functionName?: string;
};

/** Who was asked. */
export type Asked = {
  /** An emulator, which knows other keys than AWS. @default false */
  readonly emulator?: boolean;
  /** The command that examines the same. @default llx doctor */
  readonly doctor?: string | undefined;
  /** Whether who asked may have ended it: else an AbortError is a time of the SDK's own that is over. @default true */
  readonly mayAbort?: boolean;
};

const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'];

// The names are AWS's own; services of different age say the same differently.
// https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
const REFUSED = [
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
];

const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedException', 'ForbiddenException'];

const SIGN_IN = 'aws sso login (or aws login, or aws configure), then: aws sts get-caller-identity';

/**
 * What a failed call means to the developer. The AWS SDK's messages name identities, actions and resources, never
 * secrets, so they are passed on. Errors of llx itself and of an aborted signal are given back as they are.
 */
export function explainAwsFailure(
  error: unknown,
  attempt: Attempt,
  { emulator = false, doctor = 'llx doctor', mayAbort = true }: Asked = {},
): unknown {
  if (isLlxError(error) || !(error instanceof Error)) return error;
  if (error.name === 'AbortError' && mayAbort) return error;
  const call = `${attempt.action} on ${attempt.resource}`;
  const signIn = emulator ? USER_OF_EMULATOR : SIGN_IN;
  if (error.name === 'CredentialsProviderError') return missing(error, emulator);
  if (EXPIRED.includes(error.name)) {
    return new LlxError('LLX_CREDENTIALS_EXPIRED', {
      message: `Expected valid credentials for ${attempt.action}, found ones whose time is over.`,
      mend: signIn,
      cause: error,
    });
  }
  if (REFUSED.includes(error.name)) {
    return new LlxError('LLX_CREDENTIALS_REFUSED', {
      message: `Expected ${emulator ? 'the emulator' : 'AWS'} to accept the credentials for ${attempt.action}, found ${error.name}.`,
      mend: emulator
        ? signIn
        : `Is the clock right? ${doctor}\nElse the keys are wrong or deleted: ${signIn}`,
      cause: error,
    });
  }
  if (DENIED.includes(error.name)) return denied(attempt, error);
  if (attempt.functionName !== undefined && error.name === 'ResourceNotFoundException') {
    return new LlxError('LLX_FUNCTION_UNKNOWN', {
      message: `Expected a deployed function named ${attempt.functionName}, found none${emulator ? '' : ' in this account and region'}.`,
      mend: emulator
        ? 'See which there are: llx list\nOr deploy it: llx deploy DIR --name NAME'
        : 'Deploy it, or choose the account and region it is in: --profile NAME, --region REGION',
      cause: error,
    });
  }
  const fault = networkFault(error, doctor);
  if (fault !== undefined) {
    return new LlxError('LLX_UNREACHABLE', {
      message: `Expected an answer to ${call}: ${fault.text}`,
      mend: fault.mend,
      cause: error,
    });
  }
  return new LlxError('LLX_AWS_FAILED', {
    message: `Expected ${call} to succeed, found ${error.name}: ${error.message}`,
    mend: 'Try again; if it stays, the message above is AWS’s own.',
    cause: error,
  });
}

/** The refusal of a call, with the statement that would allow it. */
export function denied({ action, resource }: Attempt, cause?: unknown): LlxError {
  return new LlxError('LLX_AWS_DENIED', {
    message: `Expected to be allowed ${action} on ${resource}, found that no policy allows it.`,
    mend: `Add this statement to a policy of yours:\n${policyStatement(action, resource)}`,
    cause,
  });
}

function missing(cause: Error, emulator: boolean): LlxError {
  return new LlxError('LLX_CREDENTIALS_MISSING', {
    message: 'Expected AWS credentials in the environment, a profile, SSO or a container, found none.',
    mend: emulator
      ? USER_OF_EMULATOR
      : `${SIGN_IN}\nOr choose a profile: export AWS_PROFILE=NAME\nOr do without AWS: llx dev --offline`,
    cause,
  });
}
