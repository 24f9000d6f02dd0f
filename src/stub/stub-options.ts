import type { DropListener } from '../protocol/drops.ts';
import type { QuotaProfile } from '../protocol/quota-profile.ts';
import type { Timing } from '../protocol/timing.ts';
import type { AwsCredentials } from '../signature/credentials.ts';
import type { ReadRetained } from '../transport/read-retained.ts';
import type { ConnectOptions, Transport } from '../transport/transport.ts';

export type StubOptions = {
  /** Of the function, unqualified. */
  readonly arn: string;
  readonly connect: (options: ConnectOptions) => Promise<Transport>;
  readonly readRetained?: ReadRetained;
  readonly timing?: Timing;
  readonly onDrop?: DropListener;
  /** A line for the function's log. */
  readonly onNotice?: (text: string) => void;
  /** The broker's: what cannot pass it in time is not sent. @default none */
  readonly quotas?: QuotaProfile;
  /**
   * Of the function's role, as they are now: sealed into offers to a session that asks for them. Given only where the
   * function's own configuration allows that.
   */
  readonly credentials?: () => AwsCredentials | undefined;
  /** `observe`: the deployed handler always runs, and whoever holds the lane is sent copies. @default 'live' */
  readonly mode?: 'live' | 'observe';
  /** The part of all observed invocations that is copied, 0 to 1. @default 1 */
  readonly observeSample?: number;
  /** From 0 to 1: decides about the sample. @default Math.random */
  readonly random?: () => number;
};
