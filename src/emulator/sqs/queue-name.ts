import { invalidParameter, sqsError } from './sqs-error.ts';

export type QueueScope = { readonly account: string; readonly region: string };

const NAME = /^[a-zA-Z0-9_-]{1,80}$/;
const FIFO_NAME = /^[a-zA-Z0-9_-]{1,75}\.fifo$/;
const ARN = /^arn:aws[a-z-]*:sqs:([a-z0-9-]*):(\d{12}):([a-zA-Z0-9_.-]{1,80})$/;

/** @throws AwsError InvalidParameterValue */
export function checkQueueName(name: string, fifo: boolean): void {
  if (fifo && !FIFO_NAME.test(name)) {
    throw invalidParameter(
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    );
  }
  if (!fifo && !NAME.test(name)) {
    throw invalidParameter(
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
}

export function queueArn({ region, account }: QueueScope, name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** The name of a queue in this account and region, or undefined. */
export function queueNameOfArn(arn: string, { region, account }: QueueScope): string | undefined {
  const [, ofRegion, ofAccount, name] = ARN.exec(arn) ?? [];
  return ofRegion === region && ofAccount === account ? name : undefined;
}

/**
 * Account and name of a queue URL. Clients may reach the emulator under another loopback name than the URL's, so its
 * host says nothing.
 *
 * @throws AwsError InvalidAddress
 */
export function parseQueueUrl(url: string): { readonly account: string; readonly name: string } {
  const [account, name, ...more] = URL.canParse(url) ? new URL(url).pathname.slice(1).split('/') : [];
  if (account === undefined || name === undefined || more.length > 0) {
    throw sqsError('InvalidAddress', `The address ${url.slice(0, 200)} is not valid for this endpoint.`);
  }
  return { account, name };
}
