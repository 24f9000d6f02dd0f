import type { AwsError } from '../../http/aws-error.ts';
import { invalidParameter } from '../log-input.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html */
export function patternError(found: string): AwsError {
  return invalidParameter(`Invalid filter pattern: ${found}`);
}
