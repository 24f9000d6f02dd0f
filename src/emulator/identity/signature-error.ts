import { AwsError } from '../http/aws-error.ts';

type Kind = 'missing' | 'incomplete' | 'unknown' | 'expired' | 'signature';

/** The same refusals have other names in the query protocol than in the JSON and REST ones. */
const CODES: Readonly<
  Record<Kind, { readonly query: string; readonly json: string; readonly status: number }>
> = {
  missing: { query: 'MissingAuthenticationToken', json: 'MissingAuthenticationTokenException', status: 403 },
  incomplete: { query: 'IncompleteSignature', json: 'IncompleteSignatureException', status: 400 },
  unknown: { query: 'InvalidClientTokenId', json: 'UnrecognizedClientException', status: 403 },
  expired: { query: 'ExpiredToken', json: 'ExpiredTokenException', status: 403 },
  signature: { query: 'SignatureDoesNotMatch', json: 'InvalidSignatureException', status: 403 },
};

/**
 * Why a signature is not taken, in AWS's words.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
 */
export class SignatureError extends Error {
  override readonly name = 'SignatureError';
  readonly kind: Kind;

  constructor(kind: Kind, message: string) {
    super(message);
    this.kind = kind;
  }

  toAwsError(protocol: 'query' | 'json'): AwsError {
    const { [protocol]: type, status } = CODES[this.kind];
    return new AwsError(status, type, { message: this.message });
  }
}

export const missingToken = (protocol: 'query' | 'json'): SignatureError =>
  new SignatureError(
    'missing',
    protocol === 'query' ? 'Request is missing Authentication Token' : 'Missing Authentication Token',
  );

export const unknownToken = (): SignatureError =>
  new SignatureError('unknown', 'The security token included in the request is invalid.');

export const expiredToken = (): SignatureError =>
  new SignatureError('expired', 'The security token included in the request is expired');

export const wrongSignature = (): SignatureError =>
  new SignatureError(
    'signature',
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  );
