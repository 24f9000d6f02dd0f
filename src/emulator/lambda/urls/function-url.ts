import { createHash } from 'node:crypto';

export type UrlAuthType = 'AWS_IAM' | 'NONE';
export type InvokeMode = 'BUFFERED' | 'RESPONSE_STREAM';

/** https://docs.aws.amazon.com/lambda/latest/api/API_Cors.html; members are absent where they say nothing. */
export type UrlCors = {
  readonly AllowCredentials?: boolean;
  readonly AllowHeaders?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowOrigins?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  /** Seconds. */
  readonly MaxAge?: number;
};

/** The URL of a function or of one of its aliases. */
export type FunctionUrl = {
  readonly urlId: string;
  readonly functionName: string;
  /** Undefined: of `$LATEST`. */
  readonly qualifier: string | undefined;
  readonly authType: UrlAuthType;
  readonly invokeMode: InvokeMode;
  readonly cors: UrlCors | undefined;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly lastModified: number;
};

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const LENGTH = 32;

/** The same for a function each time, so that a URL which stands in somebody's settings stays good. */
export function urlIdOf(functionArn: string): string {
  const hash = createHash('sha256').update(functionArn).digest();
  return Array.from(hash.subarray(0, LENGTH), (byte) => LETTERS[byte % LETTERS.length]).join('');
}
