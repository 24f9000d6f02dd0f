import type { AwsCredentials } from '../../signature/credentials.ts';
import type { PolicyDocument } from './policy-document.ts';
import type { Principal } from './principal.ts';

export type RoleRequest = {
  readonly principal: Principal;
  readonly roleArn: string;
  readonly sessionName: string;
  /** @default 3600 */
  readonly durationSeconds?: number | undefined;
  readonly sessionPolicy?: PolicyDocument | undefined;
  readonly externalId?: string | undefined;
};

export type RoleSession = {
  readonly credentials: Required<AwsCredentials>;
  readonly assumedRole: { readonly arn: string; readonly id: string };
};
